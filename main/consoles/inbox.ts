import type { Writable } from "node:stream";
import { HomerangeError } from "../../contract/errors.ts";

/** A client that does not wait when it is told to may not fill the memory. */
const waitingLimit = 16 * 1024 * 1024;

/** A client's bytes on their way to a machine's input. Gives a promise when the machine is slower. */
export function feedInput(input: Writable, bytes: Uint8Array): void | Promise<void> {
	if (input.writableEnded || input.destroyed) return;
	if (input.writableLength + bytes.length > waitingLimit) {
		throw new HomerangeError("INPUT_INVALID", "The machine does not read its input, and more was sent than can wait.");
	}
	if (input.write(bytes)) return;
	return new Promise((resolve) => {
		const done = () => {
			input.off("drain", done);
			input.off("close", done);
			resolve();
		};
		input.once("drain", done);
		input.once("close", done);
	});
}
