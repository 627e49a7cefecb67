import { constants } from "node:fs";
import { type FileHandle, open } from "node:fs/promises";
import { Readable } from "node:stream";
import { HomerangeError } from "../../contract/errors.ts";
import { type BundleManifest, bundleManifest, formatName, formatVersions, limits, names } from "./format.ts";
import { damaged } from "./refusals.ts";
import { signatureBytes } from "./signing.ts";
import { blockBytes, endBytes, nameIn, oddTypeIn, padding, sizeIn, tarHeader } from "./tar-header.ts";

const chunkBytes = 256 * 1024;

export interface Place {
	readonly offset: number;
	readonly bytes: number;
	readonly sha256: string;
}

/** What tells one file from another, and from itself after a change. */
export interface FileIdentity {
	readonly device: string;
	readonly inode: string;
	readonly bytes: string;
	readonly changedNs: string;
}

/** A bundle that is open. Its beginning was read; where everything else is, the headers say, and they were all compared. */
export class BundleReader {
	readonly file: string;
	readonly sizeBytes: number;
	readonly identity: FileIdentity;
	readonly manifest: BundleManifest;
	/** The exact bytes that were signed. */
	readonly manifestText: Buffer;
	readonly signature: Buffer | null;
	readonly #handle: FileHandle;
	readonly #firstEntry: number;

	private constructor(
		handle: FileHandle,
		file: string,
		identity: FileIdentity,
		head: Pick<BundleReader, "manifest" | "manifestText" | "signature"> & { firstEntry: number },
	) {
		this.file = file;
		this.sizeBytes = Number(identity.bytes);
		this.identity = identity;
		this.manifest = head.manifest;
		this.manifestText = head.manifestText;
		this.signature = head.signature;
		this.#firstEntry = head.firstEntry;
		this.#handle = handle;
	}

	/** Opens a bundle and reads its table of contents. INPUT_INVALID when it is none, UNSUPPORTED when it is of a later format. */
	static async open(file: string): Promise<BundleReader> {
		const handle = await openPlain(file);
		try {
			const stat = await handle.stat({ bigint: true });
			if (!stat.isFile()) throw damaged(file, "it is no plain file");
			const identity = {
				device: String(stat.dev),
				inode: String(stat.ino),
				bytes: String(stat.size),
				changedNs: `${stat.mtimeNs} ${stat.ctimeNs}`,
			};
			return new BundleReader(handle, file, identity, await readHead(handle, file, Number(stat.size)));
		} catch (error) {
			await handle.close();
			throw error;
		}
	}

	async close(): Promise<void> {
		await this.#handle.close();
	}

	/**
	 * Where every entry is. The file must hold exactly the entries that are listed, each once, as plain files with the one
	 * header that such a file has, and nothing behind them.
	 */
	async places(): Promise<Map<string, Place>> {
		const listed = new Map(this.manifest.entries.map((entry) => [entry.name, entry]));
		if (listed.size !== this.manifest.entries.length) throw damaged(this.file, "it lists an entry twice");
		const places = new Map<string, Place>();
		let offset = this.#firstEntry;
		while (places.size < listed.size) {
			const header = await read(this.#handle, this.file, offset, blockBytes);
			const name = nameIn(header);
			const entry = listed.get(name);
			const odd = oddTypeIn(header);
			if (header.every((byte) => byte === 0)) {
				throw damaged(this.file, `it ends before ${[...listed.keys()].find((one) => !places.has(one))}`);
			}
			if (odd !== null) throw damaged(this.file, `it holds ${odd} ("${name}")`);
			if (entry === undefined) throw damaged(this.file, `it holds an entry that it does not list ("${name}")`);
			if (places.has(name)) throw damaged(this.file, `it holds ${name} twice`);
			if (!header.equals(tarHeader(name, entry.bytes)))
				throw damaged(this.file, `the header of ${name} is not as it was written`);
			places.set(name, { offset: offset + blockBytes, bytes: entry.bytes, sha256: entry.sha256 });
			offset += blockBytes + entry.bytes + padding(entry.bytes);
		}
		const end = await read(this.#handle, this.file, offset, endBytes);
		if (end.some((byte) => byte !== 0) || offset + endBytes !== this.sizeBytes) {
			throw damaged(this.file, "it holds more than it lists");
		}
		return places;
	}

	/** An entry's bytes as they are in the file. Not the handle's own stream: each of those stays a listener of the handle. */
	stream({ offset, bytes }: Place): Readable {
		return Readable.from(chunks(this.#handle, this.file, offset, bytes), { objectMode: false });
	}

	/** A document whole. */
	async read({ offset, bytes }: Place, limit: number): Promise<Buffer> {
		if (bytes > limit)
			throw damaged(this.file, `it holds a document of ${bytes} bytes, more than the ${limit} that are read`);
		return await read(this.#handle, this.file, offset, bytes);
	}
}

async function openPlain(file: string): Promise<FileHandle> {
	try {
		// Without O_NONBLOCK the open of a named pipe waits for a writer.
		return await open(file, constants.O_RDONLY | constants.O_NONBLOCK);
	} catch (error) {
		const code = error instanceof Error && "code" in error ? String(error.code) : "";
		const why =
			code === "ENOENT"
				? "does not exist"
				: code === "EACCES"
					? "may not be read by this user"
					: `cannot be opened (${code})`;
		throw new HomerangeError("INPUT_INVALID", `The file ${file} ${why}.`, {
			place: file,
			remedy: "Check the path and its permissions.",
			cause: error,
		});
	}
}

async function readHead(handle: FileHandle, file: string, size: number) {
	const no = (why: string) => damaged(file, why);
	if (size < blockBytes) throw no("it is no bundle of Homerange");
	const header = await read(handle, file, 0, blockBytes);
	const bytes = sizeIn(header);
	if (nameIn(header) !== names.manifest || !header.equals(tarHeader(names.manifest, bytes))) {
		throw no("it is no bundle of Homerange");
	}
	if (bytes > limits.manifestBytes) throw no("its table of contents is larger than 16 MiB");
	const manifestText = await read(handle, file, blockBytes, bytes);
	const manifest = parseManifest(file, manifestText);
	let firstEntry = blockBytes + bytes + padding(bytes);
	if (manifest.signer === null) return { manifest, manifestText, signature: null, firstEntry };
	const expected = tarHeader(names.signature, signatureBytes);
	if (!(await read(handle, file, firstEntry, blockBytes)).equals(expected)) throw no("its signature is missing");
	const signature = await read(handle, file, firstEntry + blockBytes, signatureBytes);
	firstEntry += blockBytes + signatureBytes + padding(signatureBytes);
	return { manifest, manifestText, signature, firstEntry };
}

function parseManifest(file: string, text: Buffer): BundleManifest {
	let value: unknown;
	try {
		value = JSON.parse(text.toString());
	} catch {
		throw damaged(file, "its table of contents is damaged");
	}
	const { format, version } = (typeof value === "object" && value !== null ? value : {}) as Record<string, unknown>;
	if (format === formatName && !formatVersions.includes(version)) {
		throw new HomerangeError(
			"UNSUPPORTED",
			`The bundle ${file} is of format ${String(version).slice(0, 20)}; this version knows the formats ${formatVersions.join(" and ")}.`,
			{
				place: file,
				remedy: "Install it with the version of Homerange that made it, or a later one.",
			},
		);
	}
	const parsed = bundleManifest.safeParse(value);
	if (parsed.success) return parsed.data;
	const [issue] = parsed.error.issues;
	throw damaged(file, `its table of contents is wrong at ${issue?.path.join(".")}: ${issue?.message}`);
}

async function* chunks(handle: FileHandle, file: string, offset: number, bytes: number): AsyncGenerator<Buffer, void> {
	for (let done = 0; done < bytes; ) {
		const chunk = Buffer.allocUnsafeSlow(Math.min(chunkBytes, bytes - done));
		const { bytesRead } = await handle.read(chunk, 0, chunk.length, offset + done);
		if (bytesRead === 0) throw damaged(file, "it is cut off");
		done += bytesRead;
		yield chunk.subarray(0, bytesRead);
	}
}

/** Exactly so many bytes. */
async function read(handle: FileHandle, file: string, offset: number, length: number): Promise<Buffer> {
	const bytes = Buffer.alloc(length);
	for (let done = 0; done < length; ) {
		const { bytesRead } = await handle.read(bytes, done, length - done, offset + done);
		if (bytesRead === 0) throw damaged(file, "it is cut off");
		done += bytesRead;
	}
	return bytes;
}
