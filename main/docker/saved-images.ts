import type { Readable } from "node:stream";
import { extract, type Header, type Pack, pack } from "tar-stream";
import { z } from "zod";
import { HomerangeError } from "../../contract/errors.ts";

const manifestLimit = 4 * 1024 * 1024;
const entriesLimit = 100_000;
const nameKey = "io.containerd.image.name";

const inside = z.string().regex(/^[A-Za-z0-9][A-Za-z0-9._/-]{0,255}$/);
const manifest = z.array(
	z.object({ Config: inside, RepoTags: z.array(z.string()).nullish(), Layers: z.array(inside).max(256) }),
);
const index = z.looseObject({
	manifests: z.array(z.looseObject({ annotations: z.record(z.string(), z.string()).optional() })),
});

/**
 * An archive of `docker save` on its way out of a range. Its engine can be in the hands of a trainee, so the archive
 * may name any image: passed on as it is, loading it would put that in the place of an image of the host. Only the
 * wanted references get through, each once; layers that are compressed (an engine saves them plain) could be a bomb
 * and are refused, and so is everything that is no plain part of an archive.
 */
export function onlyTheseImages(saved: Readable, references: readonly string[]): Pack {
	const out = pack();
	// Whoever loads it listens once; an error more must not end the program.
	out.on("error", ignore);
	forward(saved, out, new Set(references)).then(
		() => out.finalize(),
		(error: unknown) => out.destroy(error instanceof Error ? error : new Error(String(error))),
	);
	return out;
}

function ignore(): void {
	// Deliberately nothing, see where it is used.
}

async function forward(saved: Readable, out: Pack, wanted: ReadonlySet<string>): Promise<void> {
	const archive = extract();
	// Its errors come out of the loop below.
	archive.on("error", ignore);
	saved.once("error", (error) => archive.destroy(error));
	saved.once("close", () => {
		if (!saved.readableEnded) archive.destroy(new Error("The archive was cut off."));
	});
	saved.pipe(archive);
	let entries = 0;
	let isNamed = false;
	try {
		for await (const source of archive) {
			const entry = source as unknown as Entry;
			if (++entries > entriesLimit) throw wrong("it has too many parts");
			const { header } = entry;
			refuseOddEntry(header);
			// The old way to name images: with a manifest it is not read.
			if (header.name === "repositories") {
				entry.resume();
				continue;
			}
			if (header.name === "manifest.json" || header.name === "index.json") {
				const text = await collect(entry);
				const named = header.name === "index.json" ? namesOfIndex(text, wanted) : namesOfManifest(text, wanted);
				isNamed ||= header.name === "manifest.json";
				await written(out, { ...header, size: Buffer.byteLength(named) }, named);
				continue;
			}
			await pass(entry, out);
		}
	} finally {
		archive.destroy();
		saved.destroy();
	}
	if (!isNamed) throw wrong("it has no manifest");
}

function refuseOddEntry({ name, type, linkname }: Header): void {
	const isOutside = (path: string) => path.startsWith("/") || path.split("/").includes("..");
	if (name.length > 512 || isOutside(name)) throw wrong("a part of it leads out of it");
	if (type === "file" || type === "directory" || type === "contiguous-file") return;
	// Older engines write a layer that they had already as a link to it: "../<id>/layer.tar".
	if (type === "symlink" && /^\.\.\/[0-9a-f]{64}\/layer\.tar$/.test(linkname ?? "")) return;
	throw wrong(`a part of it is a ${type}`);
}

function namesOfManifest(text: string, wanted: ReadonlySet<string>): string {
	const images = read(manifest, text);
	const left = new Set(wanted);
	const named = images.map(({ Config, RepoTags, Layers }) => {
		const own = (RepoTags ?? []).filter((tag) => left.delete(tag));
		if (own.length === 0) throw wrong("it holds an image that was not asked for");
		return { Config, RepoTags: own, Layers };
	});
	if (left.size > 0) throw wrong(`it lacks ${[...left].join(", ")}`);
	return JSON.stringify(named);
}

/** The index of newer engines; names in it count for an engine with a containerd store. */
function namesOfIndex(text: string, wanted: ReadonlySet<string>): string {
	const whole = read(index, text);
	const manifests = whole.manifests.map((one) => {
		const name = one.annotations?.[nameKey] ?? "";
		const short = name.replace(/^docker\.io\//, "");
		if (!wanted.has(short)) throw wrong("it holds an image that was not asked for");
		const ref = short.slice(short.lastIndexOf(":") + 1);
		return { ...one, annotations: { [nameKey]: name, "org.opencontainers.image.ref.name": ref } };
	});
	return JSON.stringify({ ...whole, manifests });
}

function read<T extends z.ZodType>(schema: T, text: string): z.infer<T> {
	let value: unknown;
	try {
		value = JSON.parse(text);
	} catch {
		throw wrong("its manifest is no JSON");
	}
	const parsed = schema.safeParse(value);
	if (parsed.success) return parsed.data;
	throw wrong("its manifest has an unknown shape");
}

/** The published type of an entry does not know that it can be iterated. */
type Entry = AsyncIterable<Buffer> & { readonly header: Header; resume(): void };

async function collect(entry: Entry): Promise<string> {
	const chunks: Buffer[] = [];
	let size = 0;
	for await (const chunk of entry) {
		size += chunk.length;
		if (size > manifestLimit) throw wrong("its manifest is too large");
		chunks.push(chunk);
	}
	return Buffer.concat(chunks).toString();
}

function written(out: Pack, header: Header, body: string): Promise<void> {
	return new Promise((resolve, reject) => {
		out.entry(header, body, (error) => (error ? reject(error) : resolve()));
	});
}

async function pass(entry: Entry, out: Pack): Promise<void> {
	const { header } = entry;
	let isFirst = true;
	const { promise: ended, resolve, reject } = Promise.withResolvers<void>();
	const sink = out.entry(header, (error) => (error ? reject(error) : resolve()));
	sink.on("error", ignore);
	// It may fail before anybody waits for it.
	ended.catch(() => undefined);
	for await (const chunk of entry) {
		if (isFirst && isCompressed(chunk)) throw wrong("a layer of it is compressed");
		isFirst = false;
		if (sink.write(chunk)) continue;
		const { promise: drained, resolve: drain } = Promise.withResolvers<void>();
		sink.once("drain", drain);
		await Promise.race([drained, ended]);
	}
	sink.end(null);
	await ended;
}

const magics = ["1f8b", "28b52ffd", "fd377a58", "425a68"];

const isCompressed = (chunk: Buffer): boolean => magics.some((magic) => chunk.toString("hex", 0, 4).startsWith(magic));

function wrong(why: string): HomerangeError {
	return new HomerangeError(
		"IMAGE_UNAVAILABLE",
		`What the range's engine sent is not the image that was asked for: ${why}.`,
		{
			remedy: "Do not trust this range's engine; destroy the range.",
		},
	);
}
