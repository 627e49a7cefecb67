import { buffer } from "node:stream/consumers";
import { extract, pack } from "tar-stream";
import { expect, test } from "vitest";
import { withoutFiles } from "./without-files.ts";

const [a, b] = ["a".repeat(64), "b".repeat(64)];

function archive(parts: Record<string, Buffer>) {
	const tar = pack();
	tar.entry({ name: "blobs/", type: "directory" });
	for (const [name, body] of Object.entries(parts)) tar.entry({ name }, body);
	tar.finalize();
	return tar;
}

async function partsOf(tar: Buffer): Promise<Record<string, number>> {
	const parts: Record<string, number> = {};
	const read = extract();
	read.end(tar);
	for await (const entry of read) parts[entry.header.name] = (await buffer(entry)).length;
	return parts;
}

test("leaves out the layers that are known, and nothing else", async () => {
	const large = Buffer.alloc(300_000, 7);
	const saved = archive({
		[`blobs/sha256/${a}`]: large,
		[`blobs/sha256/${b}`]: large,
		[`${a}/layer.tar`]: large,
		"manifest.json": Buffer.from("[]"),
	});
	expect(await partsOf(await buffer(withoutFiles(saved, new Set([`blobs/sha256/${a}`]))))).toEqual({
		"blobs/": 0,
		[`blobs/sha256/${b}`]: large.length,
		[`${a}/layer.tar`]: large.length,
		"manifest.json": 2,
	});
});

test("an archive that is cut off fails instead of ending", async () => {
	const whole = await buffer(archive({ [`blobs/sha256/${b}`]: Buffer.alloc(300_000, 7) }));
	const { Readable } = await import("node:stream");
	const cut = Readable.from([whole.subarray(0, 100_000)]);
	await expect(buffer(withoutFiles(cut, new Set()))).rejects.toThrow();
});
