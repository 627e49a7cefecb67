import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Readable } from "node:stream";
import { createGzip, gzipSync, zstdCompressSync } from "node:zlib";
import fc from "fast-check";
import { extract } from "tar-stream";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import {
	dockerEntries,
	ociEntries,
	sha256,
	type TestEntry,
	tarOf,
	testImage,
	writeTar,
	writeZeros,
} from "../testing/archives.ts";
import { checkLayers } from "./archive-image.ts";
import { Budget } from "./decompress.ts";
import { readDockerArchive } from "./docker-archive.ts";
import { linkTarget, nameProblem, normalName } from "./entry-name.ts";
import { archiveLimits } from "./invalid.ts";
import { readOciLayout } from "./oci-layout.ts";
import { repack } from "./repack.ts";
import { stageArchive, stageLayoutFolder } from "./stage.ts";

let folder: string;
let file: string;

beforeEach(() => {
	folder = mkdtempSync(join(tmpdir(), "homerange-archive-"));
	mkdirSync(join(folder, "staged"));
	file = join(folder, "image.tar");
});
afterEach(() => rmSync(folder, { recursive: true }));

const limits = { ...archiveLimits, bytes: 64 * 1024 * 1024, entries: 100, ratioFrom: 1024 * 1024 };
const stage = (signal?: AbortSignal) =>
	stageArchive(file, { folder: join(folder, "staged"), limits, ...(signal ? { signal } : {}) });
const refused = (sentence: string) => ({ code: "INPUT_INVALID", message: expect.stringContaining(sentence) });

describe("an archive is refused", () => {
	const entries: [what: string, entry: TestEntry, sentence: string][] = [
		["a name that leads out", { name: "../escape", body: "x" }, "leads out of the archive"],
		["a name with dots inside", { name: "a/../../escape", body: "x" }, "leads out of the archive"],
		["an absolute name", { name: "/etc/passwd", body: "x" }, "an absolute name"],
		["a name with a control character", { name: "a\u001b[31mb", body: "x" }, "control characters"],
		["a backslash", { name: "..\\escape", body: "x" }, "a backslash"],
		["an absolute link", { name: "a", type: "symlink", linkname: "/etc/passwd" }, "a link that leads out"],
		["a link upwards", { name: "d/a", type: "symlink", linkname: "../../x" }, "a link that leads out"],
		["a hard link upwards", { name: "d/a", type: "link", linkname: "../x" }, "a link that leads out"],
		["a character device", { name: "null", type: "character-device", devmajor: 1, devminor: 3 }, "is a device"],
		["a block device", { name: "sda", type: "block-device", devmajor: 8, devminor: 0 }, "is a device"],
		["a pipe", { name: "pipe", type: "fifo" }, "is a device"],
	];
	test.each(entries)("for %s", async (_, entry, sentence) => {
		await writeTar(file, [{ name: "first", body: "x" }, entry]);
		await expect(stage()).rejects.toMatchObject(refused(sentence));
	});

	test("for two entries of one name, however it is spelled", async () => {
		await writeTar(file, [
			{ name: "a/b", body: "1" },
			{ name: "./a//b", body: "2" },
		]);
		await expect(stage()).rejects.toMatchObject(refused("two entries called"));
	});

	test("for too many entries", async () => {
		await writeTar(
			file,
			Array.from({ length: 101 }, (_, index) => ({ name: `f${index}`, body: "" })),
		);
		await expect(stage()).rejects.toMatchObject(refused("more than 100 entries"));
	});

	test.each([
		["gzip", (bytes: Buffer) => gzipSync(bytes)],
		["zstd", (bytes: Buffer) => zstdCompressSync(bytes)],
	])("for being a bomb, packed by %s", async (_, packed) => {
		writeFileSync(file, packed(await tarOf([{ name: "zeros", body: Buffer.alloc(8 * 1024 * 1024) }])));
		await expect(stage()).rejects.toMatchObject(refused("as only a bomb does"));
	});

	test("for more bytes than there is room for", async () => {
		const noise = Buffer.from(Array.from({ length: 2 * 1024 * 1024 }, (_, at) => (at * 2_654_435_761) >>> 24));
		writeFileSync(file, gzipSync(await tarOf([{ name: "big", body: noise }])));
		const small = { ...limits, ratio: 1_000_000, bytes: 1024 * 1024 };
		await expect(stageArchive(file, { folder: join(folder, "staged"), limits: small })).rejects.toMatchObject(
			refused("unpacks to more than the 1048576 bytes"),
		);
	});

	test("for a bomb that is no archive at all, before it has unpacked", async () => {
		await writeZeros(file, 128 * 1024 ** 2, createGzip());
		await expect(stage()).rejects.toMatchObject(refused("as only a bomb does"));
	});

	test.each([
		["in the middle of a file", (bytes: Buffer) => bytes.subarray(0, 700)],
		["in the middle of its packing", (bytes: Buffer) => gzipSync(bytes).subarray(0, -20)],
		[
			"in a header",
			(bytes: Buffer) => Buffer.concat([bytes.subarray(0, 1536), Buffer.from("not a header".repeat(60))]),
		],
	])("for being cut off %s", async (_, cut) => {
		writeFileSync(file, cut(await tarOf([{ name: "a", body: Buffer.alloc(900, 1) }])));
		await expect(stage()).rejects.toMatchObject(refused("damaged or incomplete"));
	});

	test("when it is cancelled, with the cancel's own reason", async () => {
		await writeTar(file, [{ name: "a", body: "x" }]);
		const reason = new Error("cancelled");
		await expect(stage(AbortSignal.abort(reason))).rejects.toBe(reason);
	});
});

describe("an archive of docker save", () => {
	const check = async () => {
		const staged = await stage();
		const images = await readDockerArchive(staged);
		return { staged, images, layers: await checkLayers(staged, images, new Budget(limits, file), {}) };
	};

	test("is taken, plain and packed, with a layer that is a link to another one", async () => {
		const image = await testImage();
		const entries = dockerEntries(image, ["a:1"]);
		const id = sha256(image.layer);
		const manifest = JSON.stringify([
			{ Config: `${sha256(image.config)}.json`, RepoTags: ["a:1"], Layers: ["twin/layer.tar"] },
		]);
		const linked: TestEntry[] = [
			...entries.slice(0, -1),
			{ name: "twin/layer.tar", type: "symlink", linkname: `../${id}/layer.tar` },
			{ name: "manifest.json", body: manifest },
		];
		writeFileSync(file, gzipSync(await tarOf(linked)));
		const { images, layers } = await check();
		expect(images).toMatchObject([{ references: ["a:1"], architecture: "amd64" }]);
		expect([...layers.keys()]).toEqual([`sha256:${id}`]);
	});

	test("of a newer engine, whose parts are blobs, is taken as well", async () => {
		const image = await testImage();
		const [config, layer] = [`blobs/sha256/${sha256(image.config)}`, `blobs/sha256/${sha256(image.layer)}`];
		await writeTar(file, [
			{ name: layer, body: image.layer },
			{ name: config, body: image.config },
			{ name: "index.json", body: "{}" },
			{ name: "oci-layout", body: "{}" },
			{ name: "manifest.json", body: JSON.stringify([{ Config: config, RepoTags: null, Layers: [layer] }]) },
		]);
		expect((await check()).images).toMatchObject([{ references: [], createdAt: "2026-01-02T03:04:05Z" }]);
	});

	test("goes on as parts that were checked, and nothing else of it", async () => {
		const image = await testImage();
		await writeTar(file, [...dockerEntries(image, ["a:1"]), { name: "repositories", body: '{"evil":{}}' }]);
		const { staged, images, layers } = await check();
		const [one] = images;
		if (one === undefined) throw new Error("no image");
		const { stream } = repack(staged, [{ image: one, references: ["mine:2"] }], layers, new AbortController().signal);
		const names: string[] = [];
		const archive = extract();
		Readable.from(stream).pipe(archive as unknown as NodeJS.WritableStream);
		for await (const entry of archive) {
			names.push(entry.header.name);
			entry.resume();
		}
		expect(names).toEqual([`${sha256(image.config)}.json`, `${sha256(image.layer)}/layer.tar`, "manifest.json"]);
	});

	test("is refused for a layer that is not what its image says", async () => {
		const image = await testImage();
		const entries = dockerEntries(image, ["a:1"]).map((entry) =>
			entry.name.endsWith("layer.tar") ? { ...entry, body: "other" } : entry,
		);
		await writeTar(file, entries);
		await expect(check()).rejects.toMatchObject(refused("digest of a layer does not match"));
	});

	test("is refused for a configuration that is not what its name says", async () => {
		const image = await testImage();
		const other = (await testImage({ architecture: "arm64" })).config;
		const entries = dockerEntries(image, ["a:1"]).map((entry) =>
			entry.name.endsWith(".json") && entry.name !== "manifest.json" ? { ...entry, body: other } : entry,
		);
		await writeTar(file, entries);
		await expect(check()).rejects.toMatchObject(refused("configuration does not match its name"));
	});

	test.each([
		["[]", "its manifest.json is not one of docker save"],
		["{", "is not JSON"],
		['[{"Config":"x.json","Layers":[]}]', "a configuration without a digest"],
		[`[{"Config":"${"0".repeat(64)}.json","Layers":["gone/layer.tar"]}]`, "is missing"],
	])("is refused for the manifest %s", async (manifest, sentence) => {
		await writeTar(file, [{ name: "manifest.json", body: manifest }]);
		await expect(check()).rejects.toMatchObject(refused(sentence));
	});
});

describe("an OCI layout", () => {
	test("is taken as an archive and as a folder, with its packed layers", async () => {
		const image = await testImage();
		const entries = ociEntries(image, "docker.io/library/a:1");
		await writeTar(file, entries);
		const layout = join(folder, "layout");
		mkdirSync(join(layout, "blobs", "sha256"), { recursive: true });
		for (const { name, body } of entries) writeFileSync(join(layout, name), body ?? "");
		mkdirSync(join(folder, "second"));
		for (const staged of [await stage(), await stageLayoutFolder(layout, { folder: join(folder, "second") })]) {
			const images = await readOciLayout(staged, "amd64");
			expect(images).toMatchObject([{ references: ["docker.io/library/a:1"] }]);
			const layers = await checkLayers(staged, images, new Budget(limits, file), {});
			expect([...layers.values()]).toMatchObject([{ unpackedBytes: image.layer.length }]);
		}
	});

	test("in a folder is refused for a blob that is a link", async () => {
		const entries = ociEntries(await testImage(), null);
		const layout = join(folder, "layout");
		mkdirSync(join(layout, "blobs", "sha256"), { recursive: true });
		for (const { name, body } of entries.slice(0, -1)) writeFileSync(join(layout, name), body ?? "");
		symlinkSync("/etc/passwd", join(layout, entries.at(-1)?.name ?? ""));
		await expect(stageLayoutFolder(layout, { folder: join(folder, "staged") })).rejects.toMatchObject(
			refused("one of its files is a link"),
		);
	});

	test("is refused for a blob that differs in one bit", async () => {
		const entries = ociEntries(await testImage(), null).map((entry, index) => {
			if (index !== 3 || !(entry.body instanceof Uint8Array)) return entry;
			const body = Buffer.from(entry.body);
			body.writeUInt8(body.readUInt8(20) ^ 1, 20);
			return { ...entry, body };
		});
		await writeTar(file, entries);
		await expect(readOciLayout(await stage(), "amd64")).rejects.toMatchObject(refused("a digest does not match"));
	});

	test("of another processor only is taken, of two others not", async () => {
		const [layout, index, ...blobs] = ociEntries(await testImage(), null);
		const { manifests } = JSON.parse(String(index?.body));
		const of = (architecture: string) => ({ ...manifests[0], platform: { architecture, os: "linux" } });
		const write = (list: object[]) =>
			writeTar(file, [
				layout ?? { name: "" },
				{ name: "index.json", body: JSON.stringify({ manifests: list }) },
				...blobs,
			]);
		await write([of("arm64"), of("s390x")]);
		await expect(readOciLayout(await stage(), "amd64")).rejects.toMatchObject(
			refused("nothing for amd64, only arm64, s390x"),
		);
		await write([of("arm64"), of("unknown")]);
		rmSync(join(folder, "staged"), { recursive: true });
		mkdirSync(join(folder, "staged"));
		expect(await readOciLayout(await stage(), "amd64")).toHaveLength(1);
	});
});

test("what arrives under names of ours is what was sent", async () => {
	await writeTar(file, [{ name: "a/b", body: "hello" }]);
	const staged = await stage();
	const { path, sha256: digest } = staged.get("a/b");
	expect(path.startsWith(join(folder, "staged"))).toBe(true);
	expect(readFileSync(path, "utf8")).toBe("hello");
	expect(digest).toBe(sha256(Buffer.from("hello")));
});

test("no name and no link that is let through leads out of a folder", () => {
	const part = fc.constantFrom("..", ".", "a", "", "/", "\\", "b c", "...", "..a");
	const path = fc.array(part, { minLength: 1, maxLength: 6 }).map((parts) => parts.join("/"));
	const isInside = (name: string) => join("/root/place", name).startsWith("/root/place");
	fc.assert(
		fc.property(path, path, (name, link) => {
			if (nameProblem(name) !== null) return;
			expect(isInside(normalName(name))).toBe(true);
			for (const kind of ["symlink", "link"] as const) {
				const target = linkTarget(normalName(name), link, kind);
				if (target !== null) expect(isInside(target), `${name} -> ${link}`).toBe(true);
			}
		}),
	);
});
