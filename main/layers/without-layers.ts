import type { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { extract, type Pack, pack } from "tar-stream";

/**
 * An archive of `docker save` without the layers that its reader has already: engines read a layer's file only when
 * they do not know the layer. Works on the layout of engines from 25 on, which name a layer's file by its digest;
 * of older ones nothing is left out.
 */
export function withoutLayers(saved: Readable | Pack, present: ReadonlySet<string>): Pack {
	const out = pack();
	void copy(saved, out, present).then(
		() => out.finalize(),
		(error: unknown) => out.destroy(error instanceof Error ? error : new Error(String(error))),
	);
	return out;
}

async function copy(saved: Readable | Pack, out: Pack, present: ReadonlySet<string>): Promise<void> {
	const archive = extract();
	const read = pipeline(saved as Readable, archive);
	// Its failure ends the loop below as well, and is told there.
	read.catch(() => undefined);
	for await (const entry of archive) {
		const digest = /^blobs\/sha256\/([0-9a-f]{64})$/.exec(entry.header.name)?.[1];
		if (digest !== undefined && present.has(digest)) {
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
