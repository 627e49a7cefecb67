import { PassThrough, Readable } from "node:stream";
import { extract, type Header, pack } from "tar-stream";
import { describe, expect, test } from "vitest";
import { onlyTheseImages } from "./saved-images.ts";

type Part = [header: Partial<Header> & { name: string }, body?: string | Buffer];

const wanted = "homerange/snapshot:aaaaaaaaaaaaaaaaaaaa";
const layer = `blobs/sha256/${"1".repeat(64)}`;
const config = `blobs/sha256/${"2".repeat(64)}`;
const manifest = (images: object[]): Part => [{ name: "manifest.json" }, JSON.stringify(images)];
const image = (tags: string[] | null) => ({ Config: config, RepoTags: tags, Layers: [layer] });
const index = (name: string): Part => [
	{ name: "index.json" },
	JSON.stringify({
		schemaVersion: 2,
		manifests: [{ digest: "sha256:3", annotations: { "io.containerd.image.name": name } }],
	}),
];
const body: Part[] = [
	[{ name: "blobs", type: "directory" }],
	[{ name: layer }, Buffer.alloc(200_000, 7)],
	[{ name: config }, '{"a":1}'],
];

async function archive(parts: Part[]): Promise<Buffer> {
	const out = pack();
	for (const [header, content] of parts) {
		if (content === undefined) out.entry(header);
		else out.entry(header, content);
	}
	out.finalize();
	const chunks: Buffer[] = [];
	for await (const chunk of out as unknown as AsyncIterable<Buffer>) chunks.push(chunk);
	return Buffer.concat(chunks);
}

/** What comes out: names with their bodies. */
async function filtered(saved: Readable, references = [wanted]): Promise<Map<string, Buffer>> {
	const out = onlyTheseImages(saved, references);
	const reader = extract();
	out.once("error", (error: Error) => reader.destroy(error));
	(out as unknown as Readable).pipe(reader as unknown as PassThrough);
	const found = new Map<string, Buffer>();
	for await (const entry of reader) {
		const chunks: Buffer[] = [];
		for await (const chunk of entry as unknown as AsyncIterable<Buffer>) chunks.push(chunk);
		found.set(entry.header.name, Buffer.concat(chunks));
	}
	return found;
}

const send = async (parts: Part[]): Promise<Readable> => {
	const bytes = await archive(parts);
	// In odd pieces, as a network gives them.
	const pieces: Buffer[] = [];
	for (let at = 0; at < bytes.length; at += 7001) pieces.push(bytes.subarray(at, at + 7001));
	return Readable.from(pieces, { objectMode: false });
};

describe("an archive out of a range", () => {
	test("passes whole when it is what was asked for, without what names images beside the manifest", async () => {
		const parts: Part[] = [
			...body,
			index(`docker.io/${wanted}`),
			manifest([image([wanted])]),
			[{ name: "repositories" }, '{"homerange/web":{"1":"x"}}'],
			[{ name: "oci-layout" }, "{}"],
		];
		const found = await filtered(await send(parts));
		expect([...found.keys()].sort()).toEqual(
			["blobs", config, "index.json", layer, "manifest.json", "oci-layout"].sort(),
		);
		expect(found.get(layer)).toEqual(Buffer.alloc(200_000, 7));
		expect(JSON.parse(String(found.get("manifest.json")))).toEqual([image([wanted])]);
	});

	test("loses the other names of its image", async () => {
		const found = await filtered(await send([...body, manifest([image(["homerange/web:1", wanted])])]));
		expect(JSON.parse(String(found.get("manifest.json")))).toEqual([image([wanted])]);
	});

	test("may hold links between the layers of an older engine, and nothing else that is no file", async () => {
		const own: Part = [{ name: "b/layer.tar", type: "symlink", linkname: `../${"a".repeat(64)}/layer.tar` }];
		await expect(filtered(await send([...body, own, manifest([image([wanted])])]))).resolves.toBeTruthy();
	});

	test.each<[string, Part[]]>([
		["another image", [...body, manifest([image(["homerange/web:1"])])]],
		["a second image", [...body, manifest([image([wanted]), image(["homerange/web:1"])])]],
		["a second image without a name", [...body, manifest([image([wanted]), image(null)])]],
		["the same name twice", [...body, manifest([image([wanted]), image([wanted])])]],
		["no image", [...body, manifest([])]],
		["no manifest", [...body]],
		["another name in its index", [...body, index("docker.io/homerange/web:1"), manifest([image([wanted])])]],
		["a manifest that is no JSON", [...body, [{ name: "manifest.json" }, "{"]]],
		["a manifest of another shape", [...body, [{ name: "manifest.json" }, "{}"]]],
		["a path that leads out", [...body, [{ name: "../../etc/passwd" }, "x"]]],
		["an absolute path", [...body, [{ name: "/etc/passwd" }, "x"]]],
		["a layer's path that leads out", [...body, manifest([{ ...image([wanted]), Layers: ["../../x"] }])]],
		["a device", [...body, [{ name: "sda", type: "block-device" }]]],
		["a hard link", [...body, [{ name: "x", type: "link", linkname: "/etc/shadow" }]]],
		["a link that leads out", [...body, [{ name: "x/layer.tar", type: "symlink", linkname: "/etc/shadow" }]]],
		["a compressed layer", [[{ name: layer }, Buffer.from("1f8b0800", "hex")], manifest([image([wanted])])]],
		["a gigantic manifest", [...body, [{ name: "manifest.json" }, " ".repeat(5 * 1024 * 1024)]]],
	])("is refused with %s", async (_, parts) => {
		await expect(filtered(await send(parts))).rejects.toMatchObject({ code: "IMAGE_UNAVAILABLE" });
	});

	test("that is cut off is an error, not a short archive", async () => {
		const bytes = await archive([...body, manifest([image([wanted])])]);
		const cut = new PassThrough();
		cut.write(bytes.subarray(0, 100_000));
		setImmediate(() => cut.destroy(new Error("gone")));
		await expect(filtered(cut)).rejects.toThrow("gone");
		const short = new PassThrough();
		short.end(bytes.subarray(0, 100_000));
		await expect(filtered(short)).rejects.toThrow();
	});
});
