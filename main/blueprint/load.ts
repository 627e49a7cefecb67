import { dirname, resolve } from "node:path";
import type { BlueprintSource, ShippedBlueprint } from "../../contract/blueprints.ts";
import { HomerangeError } from "../../contract/errors.ts";
import { textLimits } from "./limits.ts";
import { nameHint } from "./nearest.ts";
import { parseBlueprint } from "./parse.ts";
import { readTextBounded } from "./read-text.ts";
import { type BlueprintFolders, shippedFiles } from "./shipped-files.ts";
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
export async function loadBlueprint(source: LoadableSource, folders: BlueprintFolders): Promise<LoadedBlueprint> {
	if (source.kind === "text") return { file: source.file, text: source.text, folder: null };
	const file = source.kind === "file" ? resolve(source.path) : await shippedFile(source.name, folders);
	return { file, text: await readTextBounded(file, textLimits.bytes, "1 MiB"), folder: dirname(file) };
}

async function shippedFile(name: string, folders: BlueprintFolders): Promise<string> {
	const files = await shippedFiles(folders);
	const file = files.get(name);
	if (file !== undefined) return file;
	throw new HomerangeError("INPUT_INVALID", `There is no shipped blueprint "${name}".`, {
		remedy: nameHint(name, [...files.keys()], "Give a file instead."),
		place: name,
	});
}

/**
 * The blueprints that are deployed by name. A test keeps those of the product valid; one that a bundle brought can have lost
 * a template since, and says so.
 */
export async function listShippedBlueprints(
	folders: BlueprintFolders,
	library: TemplateLookup,
): Promise<ShippedBlueprint[]> {
	const files = await shippedFiles(folders);
	return Promise.all(
		[...files.keys()].map(async (name) => {
			const { file, text } = await loadBlueprint({ kind: "shipped", name }, folders);
			const { blueprint, errors } = parseBlueprint(text, file, library);
			return {
				name,
				title: blueprint?.title ?? name,
				description:
					blueprint === null ? `It cannot be deployed: ${errors[0]?.message ?? ""}` : (blueprint.description ?? ""),
				tags: blueprint?.tags ?? [],
				machines: blueprint?.machines.length ?? 0,
				networks: blueprint?.networks.length ?? 0,
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
