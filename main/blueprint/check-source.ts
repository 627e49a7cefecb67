import type { MachineDefaults, OsFamily } from "../../contract/library.ts";
import type { ProviderName } from "../../contract/ranges.ts";
import type { Check } from "./check.ts";
import type { MachineFormat } from "./format.ts";
import { isImageReference } from "./image-reference.ts";
import { nameHint } from "./nearest.ts";
import { placeAt } from "./place.ts";

const kinds = ["template", "snapshot", "image"] as const;

/** Checks that a machine starts from exactly one thing, and that this thing exists. */
export function checkSource({ root, issues, library }: Check, name: string, machine: MachineFormat): void {
	const path = ["machines", name];
	const written = kinds.filter((kind) => placeAt(root, [...path, kind]) !== null);
	const [first, second] = written;
	if (first === undefined) {
		issues.error(path, `"${name}" has no source.`, "Write one of template, snapshot and image.");
	} else if (second !== undefined) {
		issues.error([...path, second], `"${name}" has both ${written.join(" and ")}.`, "Keep exactly one of them.", "key");
	}
	if (machine.image !== undefined && !isImageReference(machine.image)) {
		const lower = machine.image.toLowerCase();
		issues.error(
			[...path, "image"],
			`"${machine.image.slice(0, 120)}" is not the name of an image.`,
			isImageReference(lower) ? `Write ${lower}.` : "Write name:tag, or registry/name:tag.",
		);
	}
	const { template, snapshot } = machine;
	if (template !== undefined && library.template(template) === null) {
		issues.error([...path, "template"], `The library has no template "${template}".`, () =>
			nameHint(template, library.templateNames(), "The library has no templates; use image."),
		);
	}
	if (snapshot !== undefined && library.snapshot(snapshot) === null) {
		issues.error([...path, "snapshot"], `The library has no snapshot "${snapshot}".`, () =>
			nameHint(snapshot, library.snapshotNames(), "The library has no snapshots yet; use template or image."),
		);
	}
	const source = sourceOf(library, machine);
	if (machine.provider === "vagrant") {
		issues.error(
			[...path, "provider"],
			"Vagrant machines cannot run in a range.",
			"Import the box as a disk (homerange image import) and write provider: libvirt.",
		);
	} else if (machine.provider !== undefined && source !== null && machine.provider !== source.provider) {
		issues.error(
			[...path, "provider"],
			`The ${source.kind} "${source.name}" is made for ${source.provider}, not for ${machine.provider}.`,
			"Leave out provider.",
		);
	}
}

/** What runs the machine: its source's own provider, unless it says one. */
export function providerOf(library: Check["library"], machine: MachineFormat): ProviderName {
	const provider = machine.provider ?? sourceOf(library, machine)?.provider;
	return provider === "libvirt" ? "libvirt" : "docker";
}

/** What a machine starts from, when the library has it; null for images and unknown names. */
export function sourceOf(
	library: Check["library"],
	{ template, snapshot }: MachineFormat,
): {
	kind: "template" | "snapshot";
	name: string;
	provider: string;
	image: string;
	/** Null for a snapshot that does not say it. */
	os: OsFamily | null;
	defaults: MachineDefaults;
} | null {
	const found = template === undefined ? null : library.template(template);
	if (found !== null) {
		const { name, provider, image, os } = found;
		return { kind: "template", name, provider, image, os, defaults: found };
	}
	const saved = snapshot === undefined ? null : library.snapshot(snapshot);
	if (saved === null) return null;
	const { name, provider, image, defaults } = saved;
	return { kind: "snapshot", name, provider, image, os: defaults.os ?? null, defaults };
}
