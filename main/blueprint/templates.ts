import { readdir } from "node:fs/promises";
import { basename, join } from "node:path";
import { z } from "zod";
import type { BlueprintIssue } from "../../contract/blueprints.ts";
import type { Template } from "../../contract/library.ts";
import { machineName } from "../../contract/ranges.ts";
import { asWritten } from "./check.ts";
import { machineFormat, readyFormat } from "./format.ts";
import { isImageReference } from "./image-reference.ts";
import { Issues } from "./issues.ts";
import { blueprintInvalid } from "./load.ts";
import { parseSize } from "./quantities.ts";
import { readTextBounded } from "./read-text.ts";
import { readYaml } from "./read-yaml.ts";
import { readyProbeOf } from "./ready-probe.ts";
import { reportSchemaIssues } from "./schema-issues.ts";
import type { MachineTemplate } from "./template-lookup.ts";

const { cpus, memory, disk, command, environment, console } = machineFormat.shape;

/** A file of templates/machines. It says the same things as a machine of a blueprint, in the same words. */
export const templateFormat = z.strictObject({
	template: z.literal(1, "This version knows template format 1 only.\nWrite template: 1."),
	name: machineName,
	title: z.string().min(1).max(200),
	description: z.string().max(4000),
	os: z.enum(["linux", "windows", "macos", "network", "other"]),
	provider: z.enum(["docker", "libvirt"]),
	image: z.string().refine(isImageReference, "This is not the name of an image.\nWrite name:tag."),
	cpus,
	memory,
	disk,
	console,
	command,
	environment,
	ready: readyFormat.optional(),
	tags: z.array(z.string().max(64)).max(32).optional(),
});

/** Reads one template's text. Null when it has errors. */
export function parseTemplate(
	text: string,
	file: string,
): { template: MachineTemplate | null; errors: BlueprintIssue[] } {
	const issues = new Issues(file, text);
	const read = readYaml(text, issues);
	if (read === null) return { template: null, errors: issues.finish().errors };
	issues.setRoot(read.place);
	const parsed = templateFormat.safeParse(read.value);
	if (!parsed.success) {
		reportSchemaIssues(parsed.error.issues, read.value, templateFormat, issues);
		return { template: null, errors: issues.finish().errors };
	}
	const { data } = parsed;
	const written = (path: (string | number)[], word: string | number | boolean) => asWritten(read.place, path, word);
	const isLibvirt = data.provider === "libvirt";
	const template: MachineTemplate = {
		name: data.name,
		title: data.title,
		description: data.description.trim(),
		os: data.os,
		provider: data.provider,
		image: data.image,
		cpus: data.cpus ?? null,
		memoryBytes: data.memory === undefined ? null : parseSize(data.memory),
		diskBytes: data.disk === undefined ? null : parseSize(data.disk),
		consoles: [
			...(isLibvirt ? [] : (["shell"] as const)),
			...(data.console?.serial === true ? (["serial"] as const) : []),
			...(data.console?.vnc === undefined ? [] : (["vnc"] as const)),
		],
		vncPort: data.console?.vnc ?? null,
		tags: data.tags ?? [],
		command: data.command?.map((word, index) => written(["command", index], word)) ?? null,
		environment: Object.fromEntries(
			Object.entries(data.environment ?? {}).map(([key, word]) => [key, written(["environment", key], word)]),
		),
		ready: readyProbeOf(data.ready, read.place, ["ready"]),
		serial: data.console?.serial ?? false,
	};
	return { template, errors: [] };
}

/**
 * Every template of a folder, in the order of their names. Fails with BLUEPRINT_INVALID
 * when a file is wrong: templates ship with the product, so half a library is a broken install.
 */
export async function loadTemplates(folder: string): Promise<MachineTemplate[]> {
	const names = (await readdir(folder)).filter((name) => name.endsWith(".yaml")).sort();
	return Promise.all(
		names.map(async (name) => {
			const file = join(folder, name);
			const { template, errors } = parseTemplate(await readTextBounded(file, 64 * 1024, "64 KiB"), file);
			if (template === null) throw blueprintInvalid(file, errors);
			if (template.name !== basename(name, ".yaml")) {
				throw blueprintInvalid(file, [
					{
						file,
						line: 1,
						column: 1,
						path: "name",
						message: `The template in ${name} is called "${template.name}".`,
						hint: "Name the file after it.",
					},
				]);
			}
			return template;
		}),
	);
}

/** The contract's view of a template. */
export function toTemplate({
	command: _c,
	environment: _e,
	ready: _r,
	serial: _s,
	...template
}: MachineTemplate): Template {
	return template;
}
