import type { Readiness, Template, TemplateInput } from "../../contract/library.ts";

/** What the form of a template starts with: all that a person can say of it. */
export function templateValues(template: Template): TemplateInput {
	const { shipped: _shipped, users: _users, provider, consoles: _consoles, ...input } = template;
	// A container is run by Docker and nothing else, so there is nothing to say.
	return input.kind === "container" ? input : { ...input, provider };
}

export type ReadinessKind = Readiness["kind"] | "none";

const timeoutMs = 60_000;

/** A readiness of this kind that is to be filled in; what the one before had in common stays. */
export function readinessOfKind(kind: ReadinessKind, before: Readiness | null): Readiness | null {
	const shared = { timeoutMs: before?.timeoutMs ?? timeoutMs };
	const port = before !== null && "port" in before ? before.port : 80;
	switch (kind) {
		case "none":
			return null;
		case "tcp":
			return { kind, port, ...shared };
		case "http":
			return { kind, port, path: "/", ...shared };
		case "exec":
			return { kind, command: [], ...shared };
		case "log":
			return { kind, pattern: "", ...shared };
	}
}
