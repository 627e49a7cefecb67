import { execFileSync } from "node:child_process";
import { generateKeyPairSync, randomBytes } from "node:crypto";
import { mkdtempSync, readdirSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { buffer } from "node:stream/consumers";
import { zstdDecompressSync } from "node:zlib";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { BundleReader } from "./bundle-reader.ts";
import { hexOf, names } from "./format.ts";
import { checkSignature } from "./install-bundle.ts";
import { readSigningKey } from "./signing.ts";
import { tarHeader } from "./tar-header.ts";
import { digestOf, emptyHead, factsOf, type MadeImage, savedStream, writeTestBundle } from "./testing/saved-stream.ts";
import { VerifiedEntries } from "./verified-entries.ts";
import { verifyBundle } from "./verify-bundle.ts";

let folder: string;
beforeAll(() => {
	folder = mkdtempSync(join(tmpdir(), "homerange-bundle-"));
});
afterAll(() => rmSync(folder, { recursive: true }));

let count = 0;
const newFile = () => join(folder, `${++count}.bundle`);
const signal = new AbortController().signal;
/** Larger than what is taken for a document. */
const layer = (bytes: number) => Buffer.alloc(bytes, randomBytes(1024));
const base = layer(5 * 1024 * 1024);
const images: MadeImage[] = [
	{ reference: "test/a:1", layers: [base, layer(2048)] },
	{ reference: "test/b:1", layers: [base, layer(6 * 1024 * 1024), layer(1024)] },
];

/** Checks a bundle as an installation does, with nothing remembered. */
async function verify(file: string, remembered = join(folder, `verified-${++count}`)) {
	const reader = await BundleReader.open(file);
	try {
		const verified = await VerifiedEntries.open(remembered, reader);
		try {
			return await verifyBundle(reader, verified, () => undefined, signal);
		} finally {
			await verified.close();
		}
	} finally {
		await reader.close();
	}
}
const refusal = (file: string) =>
	verify(file).then(
		() => "accepted",
		(error: Error) => error.message,
	);

describe("a bundle that was written", () => {
	test.each(["legacy", "oci", "containerd"] as const)("holds each layer once, out of a %s stream", async (form) => {
		const file = newFile();
		await writeTestBundle(file, images, { form });
		const { reader, places, configs } = await verify(file);
		const layers = new Set(images.flatMap((image) => image.layers.map(digestOf)));
		expect(new Set(reader.manifest.layers.map(({ diffId }) => diffId))).toEqual(layers);
		expect(reader.manifest.images).toEqual(
			images.map((image) =>
				expect.objectContaining({ reference: image.reference, id: factsOf(image).id, layers: factsOf(image).layers }),
			),
		);
		expect([...configs.keys()]).toEqual(images.map((image) => factsOf(image).id));
		const blobs = [...places.keys()].filter((name) => name.startsWith("blobs/"));
		expect(blobs).toHaveLength(layers.size + 2 * images.length);
	});

	test("is an OCI layout that tar reads", async () => {
		const file = newFile();
		await writeTestBundle(file, images);
		const out = join(folder, "unpacked");
		execFileSync("mkdir", [out]);
		execFileSync("tar", ["-xf", file, "-C", out]);
		const json = async (name: string) => JSON.parse(await readFile(join(out, name), "utf8"));
		expect(await json("oci-layout")).toEqual({ imageLayoutVersion: "1.0.0" });
		const { manifests } = await json("index.json");
		for (const [n, image] of images.entries()) {
			const manifest = await json(names.blob(hexOf(manifests[n].digest)));
			expect(digestOf(await readFile(join(out, names.blob(hexOf(manifest.config.digest)))))).toBe(factsOf(image).id);
			for (const [height, { digest, size }] of manifest.layers.entries()) {
				const blob = await readFile(join(out, names.blob(hexOf(digest))));
				expect([digestOf(blob), blob.length]).toEqual([digest, size]);
				expect(zstdDecompressSync(blob).equals(image.layers[height] ?? Buffer.alloc(0))).toBe(true);
			}
		}
	});

	test("gives back whatever went in", async () => {
		const anyLayer = fc.uint8Array({ minLength: 64, maxLength: 4096 }).map((bytes) => Buffer.from(bytes));
		const anyImages = fc.array(fc.array(anyLayer, { minLength: 1, maxLength: 4 }), { minLength: 1, maxLength: 4 });
		const form = fc.constantFrom("legacy" as const, "oci" as const, "containerd" as const);
		await fc.assert(
			fc.asyncProperty(anyImages, form, async (made, how) => {
				const file = newFile();
				const these = made.map((layers, n) => ({
					reference: `test/any-${n}:1`,
					layers: made.slice(0, n).flat().slice(0, 2).concat(layers),
				}));
				await writeTestBundle(file, these, { form: how });
				const { reader, places } = await verify(file);
				expect(reader.manifest.images.map(({ layers }) => layers)).toEqual(
					these.map((image) => image.layers.map(digestOf)),
				);
				expect(places.size).toBe(reader.manifest.entries.length);
				rmSync(file);
			}),
			{ numRuns: 12 },
		);
	}, 60_000);

	test("has its blueprints and the files that they name", async () => {
		const file = newFile();
		const text = Buffer.from("blueprint: 1\n");
		const content = Buffer.from("<h1>");
		await writeTestBundle(file, [], {
			head: {
				...emptyHead,
				blueprints: [
					{
						name: "x",
						title: "X",
						machines: 1,
						networks: 1,
						files: [{ path: "www/index.html", sha256: hexOf(digestOf(content)) }],
					},
				],
			},
			documents: new Map([
				[names.blueprint("x"), text],
				[names.source(hexOf(digestOf(content))), content],
			]),
		});
		const [blueprint] = (await verify(file)).blueprints;
		expect([...(blueprint?.files ?? [])]).toEqual([
			["blueprint.yaml", text],
			["www/index.html", content],
		]);
	});

	test("leaves the stream out when the engine breaks off", async () => {
		const stream = savedStream(images, "legacy");
		const broken = (await buffer(stream)).subarray(0, 6 * 1024 * 1024);
		const { Readable } = await import("node:stream");
		await expect(writeTestBundle(newFile(), images, { save: async () => Readable.from([broken]) })).rejects.toThrow();
	});
});

describe("what was checked", () => {
	test("is not read again in the same file, and is in one that changed", async () => {
		const file = newFile();
		const remembered = join(folder, "remembered");
		await writeTestBundle(file, images);
		await verify(file, remembered);
		const bytes = await readFile(file);
		const { places } = await verify(file);
		const [record] = readdirSync(remembered);
		const known = await readFile(join(remembered, record ?? ""), "utf8");
		expect(known.split("\n").filter((line) => line.startsWith("blobs/")).length).toBeGreaterThan(4);
		// Another file of the same bytes and then some damage: nothing that was remembered holds.
		const at = ([...places].find(([name]) => name.startsWith("blobs/"))?.[1].offset ?? 0) + 100;
		bytes.writeUInt8(bytes.readUInt8(at) ^ 1, at);
		writeFileSync(file, bytes);
		await expect(verify(file, remembered)).rejects.toMatchObject({ code: "INPUT_INVALID" });
	});
});

describe("a signed bundle", () => {
	const pair = generateKeyPairSync("ed25519");
	const pem = (name: string, text: string | Buffer) => {
		const file = join(folder, name);
		writeFileSync(file, text);
		return file;
	};
	let file: string;
	let publicKey: string;
	beforeAll(async () => {
		file = newFile();
		const privateKey = pem("key.pem", pair.privateKey.export({ type: "pkcs8", format: "pem" }));
		publicKey = pem("key.pub.pem", pair.publicKey.export({ type: "spki", format: "pem" }));
		await writeTestBundle(file, images, { key: await readSigningKey(privateKey) });
	});
	const check = async (bundle: string, key: string) => {
		const reader = await BundleReader.open(bundle);
		try {
			await checkSignature(reader, key);
		} finally {
			await reader.close();
		}
	};

	test("is accepted with its key, and whole", async () => {
		await check(file, publicKey);
		await verify(file);
	});

	test("is refused with another key", async () => {
		const other = pem("other.pem", generateKeyPairSync("ed25519").publicKey.export({ type: "spki", format: "pem" }));
		await expect(check(file, other)).rejects.toThrow("did not sign it");
	});

	test("is refused when its table of contents was changed", async () => {
		const bytes = await readFile(file);
		const changed = newFile();
		const at = bytes.indexOf("0.0.0");
		bytes.write("6.6.6", at);
		writeFileSync(changed, bytes);
		await expect(check(changed, publicKey)).rejects.toThrow("did not sign it");
	});

	test("is asked for when a key is given", async () => {
		const unsigned = newFile();
		await writeTestBundle(unsigned, []);
		await expect(check(unsigned, publicKey)).rejects.toThrow("not signed");
	});

	test("wants keys of its kind", async () => {
		const rsa = generateKeyPairSync("rsa", { modulusLength: 1024 });
		const file = pem("rsa.pem", rsa.privateKey.export({ type: "pkcs8", format: "pem" }));
		await expect(readSigningKey(file)).rejects.toMatchObject({
			code: "INPUT_INVALID",
			message: expect.stringContaining("rsa"),
		});
		await expect(check(unsignedKey(), join(folder, "key.pem"))).rejects.toThrow("private key");
	});
	const unsignedKey = () => file;
});

/** A small bundle as bytes, and the places in it that an attack changes. */
async function smallBundle() {
	const file = newFile();
	await writeTestBundle(file, [{ reference: "test/small:1", layers: [Buffer.alloc(2048, "x")] }]);
	const reader = await BundleReader.open(file);
	const places = await reader.places();
	await reader.close();
	return { file, bytes: await readFile(file), manifest: reader.manifest, manifestText: reader.manifestText, places };
}

/** The same bundle with another table of contents, of the same length. */
function withManifest(
	{ bytes, manifestText }: { bytes: Buffer; manifestText: Buffer },
	change: (text: string) => string,
): Buffer {
	const text = change(manifestText.toString().trimEnd());
	expect(text.length).toBeLessThanOrEqual(manifestText.length);
	const changed = Buffer.from(bytes);
	changed.write(text.padEnd(manifestText.length, " "), 512);
	return changed;
}

describe("a hostile bundle is refused", () => {
	const refused = async (bytes: Buffer) => {
		const file = newFile();
		writeFileSync(file, bytes);
		return await refusal(file);
	};

	test("with a byte of any entry changed", async () => {
		const { bytes, places } = await smallBundle();
		for (const [name, { offset, bytes: length }] of places) {
			const damaged = Buffer.from(bytes);
			const at = offset + Math.floor(length / 2);
			damaged.writeUInt8(damaged.readUInt8(at) ^ 1, at);
			expect([name, await refused(damaged)]).not.toEqual([name, "accepted"]);
		}
	});

	test("cut off anywhere", async () => {
		const { file, bytes } = await smallBundle();
		for (const size of [0, 100, 512, 700, bytes.length - 3000, bytes.length - 1024, bytes.length - 1]) {
			writeFileSync(file, bytes);
			truncateSync(file, size);
			expect([size, await refusal(file)]).not.toEqual([size, "accepted"]);
		}
	});

	test("with an entry that is not listed, in the middle and at the end", async () => {
		const { bytes, places } = await smallBundle();
		const extra = Buffer.concat([tarHeader("blobs/extra", 0)]);
		const at = [...places.values()][1]?.offset ?? 0;
		expect(await refused(Buffer.concat([bytes.subarray(0, at - 512), extra, bytes.subarray(at - 512)]))).toContain(
			"does not list",
		);
		const end = bytes.length - 1024;
		expect(await refused(Buffer.concat([bytes.subarray(0, end), extra, bytes.subarray(end)]))).toContain(
			"more than it lists",
		);
		expect(await refused(Buffer.concat([bytes, Buffer.from("more")]))).toContain("more than it lists");
	});

	test("with an entry whose name leads out", async () => {
		const small = await smallBundle();
		for (const name of ["../../x/y/z", "/etc/passwd", "blobs/../x", "blobs/sha256/../y"]) {
			const header = tarHeader(name, 31);
			const { offset } = small.places.get("oci-layout") ?? { offset: 0 };
			const changed = Buffer.from(small.bytes);
			header.copy(changed, offset - 512);
			expect(await refused(changed)).toContain("does not list");
			expect(
				await refused(
					withManifest(small, (text) =>
						text
							.replace('"oci-layout"', JSON.stringify(name))
							.replace(/"productVersion":"[^"]*"/, '"productVersion":""'),
					),
				),
			).toMatch(/leaves its place|wrong at/);
		}
	});

	test.each([
		["1", "hard link"],
		["2", "symbolic link"],
		["3", "character device"],
		["4", "block device"],
		["5", "folder"],
		["6", "pipe"],
		["x", "no plain file"],
	])("with an entry of type %s", async (type, word) => {
		const { bytes, places } = await smallBundle();
		const { offset } = places.get("oci-layout") ?? { offset: 0 };
		const changed = Buffer.from(bytes);
		changed.write(type, offset - 512 + 156);
		changed.write("/etc/passwd", offset - 512 + 157);
		expect(await refused(changed)).toContain(word);
	});

	test("with a set-uid entry, or any header that is not its own", async () => {
		const { bytes, places } = await smallBundle();
		const { offset } = places.get("oci-layout") ?? { offset: 0 };
		const changed = Buffer.from(bytes);
		changed.write("0004755\0", offset - 512 + 100);
		expect(await refused(changed)).toContain("header");
	});

	test("with an entry twice", async () => {
		const small = await smallBundle();
		const { offset, bytes } = small.places.get("oci-layout") ?? { offset: 0, bytes: 0 };
		const entry = small.bytes.subarray(offset - 512, offset + bytes + (512 - (bytes % 512)));
		const twice = Buffer.concat([small.bytes.subarray(0, offset - 512), entry, small.bytes.subarray(offset - 512)]);
		expect(await refused(twice)).toContain("twice");
	});

	test("with a layer that unpacks to more than it says", async () => {
		const small = await smallBundle();
		expect(
			await refused(withManifest(small, (text) => text.replace('"unpackedBytes":2048', '"unpackedBytes":1024'))),
		).toContain("unpacks to more");
		expect(
			await refused(withManifest(small, (text) => text.replace('"unpackedBytes":2048', '"unpackedBytes":4096'))),
		).toContain("something else");
	});

	test("with a configuration that is not the image's", async () => {
		const small = await smallBundle();
		const [image] = small.manifest.images;
		const changed = withManifest(small, (text) => text.replaceAll(`"id":"${image?.id}"`, `"id":"${image?.manifest}"`));
		expect(await refused(changed)).toContain("configuration");
	});

	test("with a path that leads out of its blueprint's folder", async () => {
		for (const path of ["../x", "/x", "a/../../x", "a//x", "C:/x", "a\\..\\x", "x\u0000y", "", "."]) {
			const file = newFile();
			const content = Buffer.from("x");
			const sha256 = hexOf(digestOf(content));
			await writeTestBundle(file, [], {
				head: {
					...emptyHead,
					blueprints: [{ name: "x", title: "", machines: 1, networks: 1, files: [{ path, sha256 }] }],
				},
				documents: new Map([
					[names.blueprint("x"), content],
					[names.source(sha256), content],
				]),
			});
			expect([path, await refusal(file)]).toEqual([path, expect.stringMatching(/leaves its place|wrong at/)]);
		}
	});

	test("with files that are one on some systems", async () => {
		for (const [one, other] of [
			["a/X", "a/x"],
			["a", "a/b"],
			["x", "BLUEPRINT.yaml"],
		] as const) {
			const file = newFile();
			const content = Buffer.from("x");
			const sha256 = hexOf(digestOf(content));
			const files = [one, other].map((path) => ({ path, sha256 }));
			await writeTestBundle(file, [], {
				head: { ...emptyHead, blueprints: [{ name: "x", title: "", machines: 1, networks: 1, files }] },
				documents: new Map([
					[names.blueprint("x"), content],
					[names.source(sha256), content],
				]),
			});
			expect(await refusal(file)).toContain("would be one");
		}
	});

	test("of a later format, with the reason", async () => {
		const small = await smallBundle();
		const file = newFile();
		writeFileSync(
			file,
			withManifest(small, (text) => text.replace('"version":1', '"version":3')),
		);
		await expect(BundleReader.open(file)).rejects.toMatchObject({ code: "UNSUPPORTED" });
	});

	test("that is something else", async () => {
		expect(await refused(Buffer.from("PK\u0003\u0004"))).toContain("no bundle");
		expect(await refused(Buffer.alloc(10_000))).toContain("no bundle");
		const huge = Buffer.concat([tarHeader(names.manifest, 2 ** 40), Buffer.alloc(1024)]);
		expect(await refused(huge)).toContain("16 MiB");
		await expect(BundleReader.open(folder)).rejects.toMatchObject({ code: "INPUT_INVALID" });
		await expect(BundleReader.open(join(folder, "absent"))).rejects.toMatchObject({ code: "INPUT_INVALID" });
	});
});
