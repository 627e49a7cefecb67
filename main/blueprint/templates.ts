import { readdir } from "node:fs/promises";
import { basename, join } from "node:path";
import { z } from "zod";
import type { BlueprintIssue } from "../../contract/blueprints.ts";
import { display, nativeArchitecture, osFamily, templateKind } from "../../contract/library.ts";
import { machineName } from "../../contract/ranges.ts";
import { asWritten } from "./check.ts";
import { checkReady } from "./check-ready.ts";
import { machineFormat, readyFormat } from "./format.ts";
import { isImageReference } from "./image-reference.ts";
import { Issues } from "./issues.ts";
import { formatLimits, smallest } from "./limits.ts";
import { blueprintInvalid } from "./load.ts";
import { formatSize, parseSize } from "./quantities.ts";
import { readTextBounded } from "./read-text.ts";
import { type Read, readYaml } from "./read-yaml.ts";
import { readyProbeOf } from "./ready-probe.ts";
import { reportSchemaIssues } from "./schema-issues.ts";
import type { MachineTemplate } from "./template-lookup.ts";

const { cpus, memory, disk, command, environment, console } = machineFormat.shape;

/** Text for people, without what could move a terminal's cursor. */
const prose = (limit: number) =>
	z
		.string()
		.max(limit, `Use at most ${limit} characters.`)
		.regex(/^(?:[^\p{Cc}]|[\n\t])*$/u, "Control characters cannot stand here.");

/** Where QEMU in a container shows its screen, in our image and in the public ones. */
const guestVncPort = 5900;

/** A file of templates/machines. It says the same things as a machine of a blueprint, in the same words. */
export const templateFormat = z.strictObject({
	template: z.literal(1, "This version knows template format 1 only.\nWrite template: 1."),
	name: machineName,
	title: prose(200).min(1, "A template has a title."),
	description: prose(4000).optional(),
	os: osFamily,
	kind: templateKind.optional(),
	provider: z.enum(["docker", "libvirt"]).optional(),
	image: z.string().max(255).refine(isImageReference, "This is not the name of an image.\nWrite name:tag."),
	display: display.optional(),
	architecture: nativeArchitecture.optional(),
	icon: z
		.string()
		.regex(/^[a-z][a-z0-9-]{0,31}$/, "This is not the name of a picture.\nUse lower-case letters, digits and hyphens.")
		.optional(),
	cpus,
	memory,
	disk,
	console,
	command,
	environment,
	ports: z
		.array(z.string().regex(/^\d{1,5}\/(tcp|udp|sctp)$/, "This is not a port.\nWrite 80/tcp."))
		.max(64, "Use at most 64 ports.")
		.optional(),
	ready: readyFormat.optional(),
	tags: z.array(prose(64).min(1)).max(formatLimits.tags, `Use at most ${formatLimits.tags} tags.`).optional(),
});
export type TemplateFormat = z.infer<typeof templateFormat>;

/** Reads one template's text. Null when it has errors. */
export function parseTemplate(
	text: string,
	file: string,
	o: { shipped: boolean } = { shipped: false },
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
	check(parsed.data, read, issues);
	if (issues.hasErrors) return { template: null, errors: issues.finish().errors };
	return { template: complete(parsed.data, read, o.shipped), errors: [] };
}

/** What one value says about another. */
function check(data: TemplateFormat, read: Read, issues: Issues): void {
	checkReady({ root: read.place, issues }, ["ready"], data.ready);
	const { kind, provider } = data;
	if (kind !== undefined && provider !== undefined && !providersOf[kind].includes(provider)) {
		const hint = `A ${kind} is run by ${providersOf[kind].join(" or ")}.`;
		issues.error(["provider"], `A ${kind} is not run by ${provider}.`, hint);
	}
	for (const [key, least] of [
		["memory", smallest.machineMemory],
		["disk", smallest.machineDisk],
	] as const) {
		const size = data[key] === undefined ? null : parseSize(data[key]);
		if (size === null || size >= least) continue;
		issues.error([key], `${data[key]} is too small: no machine would start.`, `Use at least ${formatSize(least)}.`);
	}
	for (const [name, word] of Object.entries(data.environment ?? {})) {
		if (!asWritten(read.place, ["environment", name], word).includes("\0")) continue;
		issues.error(["environment", name], "A NUL character cannot stand here.");
	}
}

/** Docker runs a VM as QEMU in a container; macOS needs hardware that only a domain of its own can be given. */
const providersOf: Readonly<Record<MachineTemplate["kind"], readonly ("docker" | "libvirt")[]>> = {
	container: ["docker"],
	"linux-vm": ["libvirt", "docker"],
	"windows-vm": ["libvirt", "docker"],
	"macos-vm": ["libvirt"],
};

/** A disk of the library has a plain name; a container image's has a tag or a folder, as everybody writes them. */
function providerOf(kind: MachineTemplate["kind"], { provider, image }: TemplateFormat): "docker" | "libvirt" {
	if (provider !== undefined) return provider;
	if (kind === "container") return "docker";
	return providersOf[kind].includes("docker") && /[:/@]/.test(image) ? "docker" : "libvirt";
}

function kindOf({ kind, provider, os }: TemplateFormat): MachineTemplate["kind"] {
	if (kind !== undefined) return kind;
	if (provider !== "libvirt") return "container";
	return os === "windows" ? "windows-vm" : os === "macos" ? "macos-vm" : "linux-vm";
}

/** Decides what the file leaves open. */
function complete(data: TemplateFormat, { place }: Read, shipped: boolean): MachineTemplate {
	const written = (path: (string | number)[], word: string | number | boolean) => asWritten(place, path, word);
	const kind = kindOf(data);
	const isContainer = kind === "container";
	const provider = providerOf(kind, data);
	const isInContainer = !isContainer && provider === "docker";
	const serial = data.console?.serial ?? false;
	const vncPort = data.console?.vnc ?? (isInContainer ? guestVncPort : null);
	return {
		name: data.name,
		title: data.title,
		description: data.description?.trim() ?? "",
		os: data.os,
		kind,
		provider,
		image: data.image,
		display: data.display ?? (vncPort === null && isContainer ? "headless" : "desktop"),
		architecture: data.architecture ?? (isContainer ? "both" : "x86_64"),
		icon: data.icon ?? null,
		cpus: data.cpus ?? null,
		memoryBytes: data.memory === undefined ? null : parseSize(data.memory),
		diskBytes: data.disk === undefined ? null : parseSize(data.disk),
		consoles: [
			// The shell of a VM in a container is its guest's serial line.
			...(provider === "docker" ? (["shell"] as const) : []),
			...(serial ? (["serial"] as const) : []),
			...(vncPort === null ? [] : (["vnc"] as const)),
		],
		vncPort,
		serial,
		command: data.command?.map((word, index) => written(["command", index], word)) ?? null,
		environment: Object.fromEntries(
			Object.entries(data.environment ?? {}).map(([key, word]) => [key, written(["environment", key], word)]),
		),
		ports: data.ports ?? [],
		readiness: readyProbeOf(data.ready, place, ["ready"]),
		tags: data.tags ?? [],
		shipped,
	};
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
			const text = await readTextBounded(file, 64 * 1024, "64 KiB");
			const { template, errors } = parseTemplate(text, file, { shipped: true });
			if (template === null) throw blueprintInvalid(file, errors, "template");
			if (template.name !== basename(name, ".yaml")) {
				throw blueprintInvalid(
					file,
					[
						{
							file,
							line: 1,
							column: 1,
							path: "name",
							message: `The template in ${name} is called "${template.name}".`,
							hint: "Name the file after it.",
						},
					],
					"template",
				);
			}
			return template;
		}),
	);
}
