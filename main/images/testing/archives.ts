import { createHash } from "node:crypto";
import { createWriteStream } from "node:fs";
import { writeFile } from "node:fs/promises";
import { Readable } from "node:stream";
import { buffer } from "node:stream/consumers";
import { pipeline } from "node:stream/promises";
import { gzipSync } from "node:zlib";
import { type Header, pack } from "tar-stream";

export const sha256 = (bytes: Uint8Array): string => createHash("sha256").update(bytes).digest("hex");

export interface TestEntry extends Partial<Header> {
	readonly name: string;
	readonly body?: Uint8Array | string;
}

/** A tar of these entries, whatever they are. */
export async function tarOf(entries: readonly TestEntry[]): Promise<Buffer> {
	const archive = pack();
	for (const { body, ...header } of entries) {
		if (body === undefined) archive.entry({ ...header, size: 0 });
		else archive.entry(header, typeof body === "string" ? Buffer.from(body) : body);
	}
	archive.finalize();
	return await buffer(Readable.from(archive));
}

export async function writeTar(file: string, entries: readonly TestEntry[]): Promise<void> {
	await writeFile(file, await tarOf(entries));
}

/** An image of one layer with one file, and what archives of it consist of. */
export async function testImage(options: { marker?: string; architecture?: string } = {}) {
	const layer = await tarOf([{ name: "etc/marker", body: options.marker ?? "hello" }]);
	const config = Buffer.from(
		JSON.stringify({
			architecture: options.architecture ?? "amd64",
			os: "linux",
			created: "2026-01-02T03:04:05Z",
			config: { Cmd: ["/bin/true"], Labels: { "io.homerange.test": "images" } },
			rootfs: { type: "layers", diff_ids: [`sha256:${sha256(layer)}`] },
			history: [{ created_by: "test" }],
		}),
	);
	return { layer, config, id: `sha256:${sha256(config)}` };
}

type TestImage = Awaited<ReturnType<typeof testImage>>;

/** The entries of an archive of docker save, as older engines write it. */
export function dockerEntries({ layer, config }: TestImage, tags: string[]): TestEntry[] {
	const id = sha256(layer);
	return [
		{ name: `${id}/`, type: "directory" },
		{ name: `${id}/VERSION`, body: "1.0" },
		{ name: `${id}/layer.tar`, body: layer },
		{ name: `${sha256(config)}.json`, body: config },
		{
			name: "manifest.json",
			body: JSON.stringify([{ Config: `${sha256(config)}.json`, RepoTags: tags, Layers: [`${id}/layer.tar`] }]),
		},
	];
}

/** The files of an OCI layout with a packed layer. */
export function ociEntries({ layer, config }: TestImage, name: string | null): TestEntry[] {
	const packed = gzipSync(layer);
	const blob = (bytes: Buffer, mediaType: string) => ({
		descriptor: { mediaType, digest: `sha256:${sha256(bytes)}`, size: bytes.length },
		entry: { name: `blobs/sha256/${sha256(bytes)}`, body: bytes },
	});
	const configBlob = blob(config, "application/vnd.oci.image.config.v1+json");
	const layerBlob = blob(packed, "application/vnd.oci.image.layer.v1.tar+gzip");
	const manifest = blob(
		Buffer.from(JSON.stringify({ schemaVersion: 2, config: configBlob.descriptor, layers: [layerBlob.descriptor] })),
		"application/vnd.oci.image.manifest.v1+json",
	);
	const annotations = name === null ? {} : { annotations: { "io.containerd.image.name": name } };
	return [
		{ name: "oci-layout", body: JSON.stringify({ imageLayoutVersion: "1.0.0" }) },
		{
			name: "index.json",
			body: JSON.stringify({ schemaVersion: 2, manifests: [{ ...manifest.descriptor, ...annotations }] }),
		},
		configBlob.entry,
		layerBlob.entry,
		manifest.entry,
	];
}

/** A file of so many zeros behind a packer, without all of them in memory. */
export async function writeZeros(file: string, bytes: number, packer: NodeJS.ReadWriteStream): Promise<void> {
	const chunk = Buffer.alloc(1024 * 1024);
	const zeros = function* () {
		for (let left = bytes; left > 0; left -= chunk.length) yield chunk.subarray(0, Math.min(left, chunk.length));
	};
	await pipeline(Readable.from(zeros()), packer, createWriteStream(file));
}
