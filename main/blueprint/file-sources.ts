import { realpath } from "node:fs/promises";
import { join, sep } from "node:path";
import { HomerangeError } from "../../contract/errors.ts";
import { fileSourceLimits } from "./limits.ts";
import { readBounded } from "./read-text.ts";
import type { ResolvedBlueprint } from "./resolved.ts";

/**
 * The bytes of every file that `files: source:` names, by that name. Only plain files
 * inside the blueprint's folder, also after following symbolic links; 16 MiB each,
 * 64 MiB together. Fails with INPUT_INVALID.
 */
export async function loadFileSources(
	blueprint: ResolvedBlueprint,
	folder: string | null,
): Promise<ReadonlyMap<string, Buffer>> {
	const wanted = new Set(blueprint.machines.flatMap(({ files }) => files.flatMap(({ source }) => source ?? [])));
	const contents = new Map<string, Buffer>();
	if (wanted.size === 0) return contents;
	if (folder === null) {
		throw new HomerangeError(
			"INPUT_INVALID",
			"This blueprint names files beside it, but it was given as a text without a place.",
			{
				remedy: "Deploy it from its file.",
				place: [...wanted][0] ?? null,
			},
		);
	}
	const inside = await realpath(folder);
	let total = 0;
	for (const source of wanted) {
		const bytes = await readBounded(await placeInside(inside, source), fileSourceLimits.each, "16 MiB");
		total += bytes.length;
		if (total > fileSourceLimits.all) {
			throw new HomerangeError("INPUT_INVALID", "The files of this blueprint are larger than 64 MiB together.", {
				remedy: "Put large files into an image.",
				place: source,
			});
		}
		contents.set(source, bytes);
	}
	return contents;
}

async function placeInside(folder: string, source: string): Promise<string> {
	const named = join(folder, source);
	let real: string;
	try {
		real = await realpath(named);
	} catch (error) {
		throw new HomerangeError("INPUT_INVALID", `The file "${source}" does not exist beside the blueprint.`, {
			remedy: "Check `source:` in the blueprint; it is relative to the blueprint's folder.",
			place: named,
			cause: error,
		});
	}
	if (real.startsWith(folder.endsWith(sep) ? folder : folder + sep)) return real;
	throw new HomerangeError("INPUT_INVALID", `The file "${source}" leads out of the blueprint's folder.`, {
		remedy: "Copy the file into the folder.",
		place: named,
	});
}
