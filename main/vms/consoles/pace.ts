import type { Writable } from "node:stream";
import { setTimeout as delay } from "node:timers/promises";

/** A real line of 115200 baud carries 11 bytes in a millisecond; boot loaders and installers that poll it take less. */
const pieceBytes = 64;
const pauseMs = 10;

/**
 * Writes bytes as fast as somebody pastes them on a serial line: in pieces, with time between. What a person types goes
 * at once.
 */
export async function pace(line: Writable, bytes: Uint8Array): Promise<void> {
	for (let at = 0; at < bytes.length; at += pieceBytes) {
		if (!line.writable) return;
		if (at > 0) await delay(pauseMs);
		if (!line.write(Buffer.from(bytes.subarray(at, at + pieceBytes)))) await drained(line);
	}
}

function drained(line: Writable): Promise<void> {
	return new Promise((resolve) => {
		const done = () => {
			line.off("drain", done).off("close", done);
			resolve();
		};
		line.once("drain", done).once("close", done);
	});
}
