import type { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { extract, type Pack, pack } from "tar-stream";
import type { Upload } from "./api-request.ts";

/**
 * An archive of `docker save` without the files of layers that its reader has already (`filesToLeaveOut`): engines read
 * a layer's file only when they do not know the layer.
 */
export function withoutFiles(saved: Upload, leftOut: ReadonlySet<string>): Pack {
	const out = pack();
	void copy(saved, out, leftOut).then(
		() => out.finalize(),
		(error: unknown) => out.destroy(error instanceof Error ? error : new Error(String(error))),
	);
	return out;
}

async function copy(saved: Upload, out: Pack, leftOut: ReadonlySet<string>): Promise<void> {
	const archive = extract();
	const read = pipeline(saved as Readable, archive);
	// Its failure ends the loop below as well, and is told there.
	read.catch(() => undefined);
	for await (const entry of archive) {
		if (leftOut.has(entry.header.name)) {
			entry.resume();
			continue;
		}
		const { header } = entry;
		if (header.type === "file") await pipeline(entry, out.entry(header));
		else {
			out.entry(header);
			entry.resume();
		}
	}
	await read;
}
