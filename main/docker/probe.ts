import { access, constants, stat } from "node:fs/promises";
import type { EngineCandidate } from "../../contract/engines.ts";
import { HomerangeError } from "../../contract/errors.ts";
import { printable } from "./api-errors.ts";
import { type Endpoint, endpointKind, endpointTarget } from "./endpoint.ts";
import type { DockerEngine } from "./engine.ts";
import { limited, throwIfAborted } from "./limits.ts";
import { askVersion, pinnedEngine } from "./open-engine.ts";

const probeLimitMs = 10_000;

export interface Probe {
	candidate: EngineCandidate;
	engine: DockerEngine | null;
}

type Verdict = Pick<EngineCandidate, "verdict" | "message" | "remedy">;

/** Looks whether a Docker Engine answers there, and says what is wrong when none does. Rejects only when aborted. */
export async function probeEndpoint(endpoint: Endpoint, signal?: AbortSignal): Promise<Probe> {
	const base = { source: endpoint.source, endpoint: endpoint.url, version: null, apiVersion: null };
	const refuse = (verdict: Verdict): Probe => ({ candidate: { ...base, ...verdict }, engine: null });
	const early = await lookAtEndpoint(endpoint);
	if (early) return refuse(early);
	const limit = limited(probeLimitMs, signal);
	try {
		const target = await endpointTarget(endpoint);
		// Most places that are asked are never asked again: nothing is kept open to them.
		const answer = await askVersion({ ...target, pooled: target.dedicated }, "host", limit);
		const versions = { version: printable(answer.Version, 100), apiVersion: answer.ApiVersion };
		if (answer.Components?.some(({ Name: name }) => name === "Podman Engine")) {
			const message = `Podman ${versions.version} answers here. Ranges need a Docker Engine.`;
			const remedy = "Install Docker Engine or Docker Desktop, or set DOCKER_HOST to a Docker Engine.";
			return { candidate: { ...base, ...versions, verdict: "unsupported", message, remedy }, engine: null };
		}
		try {
			const engine = pinnedEngine(target, "host", answer);
			const message = `Docker Engine ${versions.version} answers, API ${engine.apiVersion}.`;
			const candidate = { ...base, ...versions, verdict: "usable" as const, message, remedy: null };
			return { candidate: { ...candidate, apiVersion: engine.apiVersion }, engine };
		} catch (error) {
			return { candidate: { ...base, ...versions, ...verdictOf(error, endpoint, false) }, engine: null };
		}
	} catch (error) {
		throwIfAborted(signal);
		return refuse(verdictOf(error, endpoint, limit.aborted));
	}
}

async function lookAtEndpoint(endpoint: Endpoint): Promise<Verdict | null> {
	const where = endpointKind(endpoint.url);
	if (where.kind === "unsupported") return unsupported(where.scheme);
	if (where.kind === "tcp") return null;
	try {
		const found = await stat(where.path);
		if (!found.isSocket()) {
			return {
				verdict: "refused",
				message: `${where.path} is not a socket.`,
				remedy: "Name the engine's socket instead.",
			};
		}
		await access(where.path, constants.R_OK | constants.W_OK);
		return null;
	} catch (error) {
		return verdictOf(error, endpoint, false);
	}
}

function unsupported(scheme: string): Verdict {
	if (scheme === "ssh") {
		return {
			verdict: "unsupported",
			message: "Engines over ssh are not supported: consoles and images would cross the network for every byte.",
			remedy: "Use a Docker Engine on this machine: unset DOCKER_HOST, or run `docker context use default`.",
		};
	}
	if (scheme === "missing") {
		return {
			verdict: "absent",
			message: "DOCKER_CONTEXT names a context that does not exist.",
			remedy: "See `docker context ls`, then correct or unset DOCKER_CONTEXT.",
		};
	}
	return {
		verdict: "unsupported",
		message: `Endpoints of the kind "${printable(scheme, 30)}" are not supported here.`,
		remedy: "Set DOCKER_HOST to unix:///path/of/docker.sock.",
	};
}

function verdictOf(error: unknown, endpoint: Endpoint, isTimeout: boolean): Verdict {
	const start = "Start Docker: Docker Desktop, or `sudo systemctl start docker`.";
	if (isTimeout) {
		return {
			verdict: "no-answer",
			message: `Nothing answered within ${probeLimitMs / 1000} s.`,
			remedy: "Restart Docker; it may be starting still or be stuck.",
		};
	}
	const { code, path } = systemError(error);
	switch (code) {
		case "ENOENT":
		case "ENOTDIR":
			return { verdict: "absent", message: `There is no ${path ?? endpoint.url}.`, remedy: start };
		case "EACCES":
		case "EPERM":
			return {
				verdict: "no-permission",
				message: "The socket exists, and this user may not use it.",
				remedy: "Add your user to the docker group (`sudo usermod -aG docker $USER`) and log in again.",
			};
		case "ECONNREFUSED":
			return { verdict: "no-answer", message: "The socket exists, and no engine listens on it.", remedy: start };
	}
	const remedy = error instanceof HomerangeError && error.code === "ENGINE_REFUSED" ? error.remedy : null;
	const message = error instanceof Error ? printable(error.message, 300) : "It cannot be used.";
	return {
		verdict: code === null ? "refused" : "no-answer",
		message,
		remedy: remedy ?? "See whether `docker version` works.",
	};
}

/** The system's error code under whatever it was wrapped in. */
function systemError(error: unknown): { code: string | null; path: string | null } {
	for (let at: unknown = error; at instanceof Error; at = at.cause) {
		if (at instanceof HomerangeError || !("code" in at) || typeof at.code !== "string") continue;
		return { code: at.code, path: "path" in at && typeof at.path === "string" ? at.path : null };
	}
	return { code: null, path: null };
}
