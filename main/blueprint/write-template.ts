import { stringify } from "yaml";
import type { Readiness, TemplateInput } from "../../contract/library.ts";
import { formatDuration, formatSize } from "./quantities.ts";
import type { MachineTemplate } from "./template-lookup.ts";
import type { TemplateFormat } from "./templates.ts";

/** What a person says of a template, in the words of its file. Whether it is right, `parseTemplate` finds out. */
export function templateDocument(input: TemplateInput): TemplateFormat {
	const { name, title, description, os, kind, provider, image, display, architecture, icon, cpus, tags } = input;
	const console = {
		...(input.vncPort == null ? {} : { vnc: input.vncPort }),
		...(input.serial === true ? { serial: true } : {}),
	};
	return {
		template: 1,
		name,
		title,
		...(description === undefined || description === "" ? {} : { description }),
		os,
		kind,
		...(provider === undefined ? {} : { provider }),
		image,
		...(display === undefined ? {} : { display }),
		...(architecture === undefined ? {} : { architecture }),
		...(icon == null ? {} : { icon }),
		...(cpus == null ? {} : { cpus }),
		...(input.memoryBytes == null ? {} : { memory: formatSize(input.memoryBytes) }),
		...(input.diskBytes == null ? {} : { disk: formatSize(input.diskBytes) }),
		...(Object.keys(console).length === 0 ? {} : { console }),
		...(input.command == null ? {} : { command: [...input.command] }),
		...(isEmpty(input.environment) ? {} : { environment: { ...input.environment } }),
		...(input.ports === undefined || input.ports.length === 0 ? {} : { ports: [...input.ports] }),
		...(input.readiness == null ? {} : { ready: readyDocument(input.readiness) }),
		...(tags === undefined || tags.length === 0 ? {} : { tags: [...tags] }),
	};
}

const isEmpty = (map: Record<string, string> | undefined): boolean => Object.keys(map ?? {}).length === 0;

/** A readiness probe as a file says it. */
export function readyDocument(probe: Readiness): NonNullable<TemplateFormat["ready"]> {
	const timeout = formatDuration(probe.timeoutMs);
	switch (probe.kind) {
		case "tcp":
			return { tcp: probe.port, timeout };
		case "http":
			return { http: `${probe.port}${probe.path}`, timeout };
		case "exec":
			return { exec: [...probe.command], timeout };
		case "log":
			return { log: probe.pattern, timeout };
	}
}

/** The same as `templateInput` says it: what a copy or an edit begins with. */
export function templateInputOf(template: MachineTemplate): TemplateInput {
	const { provider, consoles: _c, shipped: _s, ...input } = template;
	// A container has no choice.
	return template.kind === "container" ? input : { ...input, provider };
}

/** A template as a file of templates/machines, by which `parseTemplate` gives the same one again. */
export function writeTemplate(template: MachineTemplate): string {
	return stringify(templateDocument(templateInputOf(template)), { version: "1.2", schema: "core", lineWidth: 120 });
}
