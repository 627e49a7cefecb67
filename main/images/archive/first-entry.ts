import { createReadStream } from "node:fs";
import { Budget, compressionOf, decompressed } from "./decompress.ts";
import { normalName } from "./entry-name.ts";
import { archiveLimits } from "./invalid.ts";
import { firstBytes } from "./stage.ts";

const blockBytes = 512;
const lookAtBytes = 64 * 1024;

/**
 * Name of the first file of a tar archive, plain or packed, as the archive calls it; null when there is none in its
 * first 64 KiB. Only for guessing what an archive is: nothing of it has been checked.
 */
export async function firstEntryName(file: string): Promise<string | null> {
	const compression = compressionOf(await firstBytes(file));
	const source = createReadStream(file, { highWaterMark: lookAtBytes });
	const chunks: Buffer[] = [];
	let length = 0;
	try {
		for await (const chunk of decompressed(source, compression, new Budget(archiveLimits, file))) {
			chunks.push(chunk);
			length += chunk.length;
			if (length >= lookAtBytes) break;
		}
	} catch {
		// A damaged archive is told by whoever unpacks it, which says where.
		return null;
	}
	return firstFile(Buffer.concat(chunks).subarray(0, lookAtBytes));
}

/** Steps over folders and over what describes the next entry (pax, GNU's long names). Format: POSIX.1-1988 ustar. */
function firstFile(bytes: Buffer): string | null {
	for (let at = 0; at + blockBytes <= bytes.length; ) {
		const header = bytes.subarray(at, at + blockBytes);
		const text = (from: number, to: number) => header.subarray(from, to).toString("utf8").replace(/\0.*$/s, "");
		const name = text(0, 100);
		if (name === "") return null;
		const kind = String.fromCharCode(header[156] ?? 0);
		if (kind === "0" || kind === "\0") return normalName(name);
		const size = Number.parseInt(text(124, 136).trim() || "0", 8);
		if (!Number.isSafeInteger(size) || size < 0) return null;
		at += blockBytes + Math.ceil(size / blockBytes) * blockBytes;
	}
	return null;
}
