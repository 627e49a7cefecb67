import { readdir } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import type { BlueprintSource, ShippedBlueprint } from "../../contract/blueprints.ts";
import { HomerangeError } from "../../contract/errors.ts";
import { textLimits } from "./limits.ts";
import { nameHint } from "./nearest.ts";
import { parseBlueprint } from "./parse.ts";
import { readTextBounded } from "./read-text.ts";
import type { TemplateLookup } from "./template-lookup.ts";

export interface LoadedBlueprint {
	/** For messages: the path, or the name that came with a text. */
	readonly file: string;
	readonly text: string;
	/** Where `files: source:` is looked up; null for a text without a place. */
	readonly folder: string | null;
}

/** What is read as a text; a range's snapshot is a resolved blueprint, and not read. */
export type LoadableSource = Exclude<BlueprintSource, { kind: "range-snapshot" }>;

/** Reads the text of a blueprint, at most 1 MiB. Fails with INPUT_INVALID. */
export async function loadBlueprint(source: LoadableSource, shippedFolder: string): Promise<LoadedBlueprint> {
	if (source.kind === "text") return { file: source.file, text: source.text, folder: null };
	const file = source.kind === "file" ? resolve(source.path) : await shippedFile(source.name, shippedFolder);
	return { file, text: await readTextBounded(file, textLimits.bytes, "1 MiB"), folder: dirname(file) };
}

async function shippedNames(folder: string): Promise<string[]> {
	const names = await readdir(folder);
	return names
		.filter((name) => name.endsWith(".yaml"))
		.map((name) => name.slice(0, -".yaml".length))
		.sort();
}

async function shippedFile(name: string, folder: string): Promise<string> {
	const names = await shippedNames(folder);
	if (names.includes(name)) return join(folder, `${name}.yaml`);
	throw new HomerangeError("INPUT_INVALID", `There is no shipped blueprint "${name}".`, {
		remedy: nameHint(name, names, "Give a file instead."),
		place: name,
	});
}

/** The blueprints that come with the product. A test keeps them valid; one that is not is an error here. */
export async function listShippedBlueprints(folder: string, library: TemplateLookup): Promise<ShippedBlueprint[]> {
	const names = await shippedNames(folder);
	return Promise.all(
		names.map(async (name) => {
			const { file, text } = await loadBlueprint({ kind: "shipped", name }, folder);
			const { blueprint, errors } = parseBlueprint(text, file, library);
			if (blueprint === null) throw blueprintInvalid(file, errors);
			return {
				name,
				title: blueprint.title ?? blueprint.name,
				description: blueprint.description ?? "",
				tags: blueprint.tags,
				machines: blueprint.machines.length,
				networks: blueprint.networks.length,
			};
		}),
	);
}

/** The error for a blueprint that cannot be deployed: the first problem in the message, all of them in the detail. */
export function blueprintInvalid(
	file: string,
	errors: ReturnType<typeof parseBlueprint>["errors"],
	what: "blueprint" | "template" = "blueprint",
): HomerangeError {
	const [first] = errors;
	const more = errors.length > 1 ? ` There are ${errors.length - 1} more problems.` : "";
	const message = first === undefined ? `The ${what} is not valid.` : `${first.message}${more}`;
	return new HomerangeError("BLUEPRINT_INVALID", message, {
		place: first === undefined ? file : `${file}:${first.line}:${first.column}`,
		remedy: first?.hint ?? `Mend the ${what}.`,
		detail: errors
			.map((e) => `${e.line}:${e.column} ${e.path}: ${e.message}${e.hint === null ? "" : ` ${e.hint}`}`)
			.join("\n"),
	});
}
