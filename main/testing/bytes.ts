import { createHash, randomBytes } from "node:crypto";
import type { Readable, Writable } from "node:stream";
import { setTimeout as delay } from "node:timers/promises";

const chunkSize = 256 * 1024;

/** Writes random bytes as fast as they are taken, then ends; gives their SHA-256. */
export async function sendRandom(output: Writable, size: number): Promise<string> {
	const hash = createHash("sha256");
	for (let left = size; left > 0; left -= chunkSize) {
		const bytes = randomBytes(Math.min(chunkSize, left));
		hash.update(bytes);
		if (!output.write(bytes)) await new Promise((resolve) => output.once("drain", resolve));
	}
	output.end();
	return hash.digest("hex");
}

/** Reads to the end, resting after every so many bytes; gives the SHA-256 and the length. */
export async function readSlowly(
	input: Readable,
	restAfter = 1024 * 1024,
	restMs = 5,
): Promise<{ sha256: string; size: number }> {
	const hash = createHash("sha256");
	let size = 0;
	let rested = 0;
	for await (const chunk of input) {
		hash.update(chunk);
		size += chunk.length;
		if (size - rested < restAfter) continue;
		rested = size;
		await delay(restMs);
	}
	return { sha256: hash.digest("hex"), size };
}
