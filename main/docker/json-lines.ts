import type { Readable } from "node:stream";
import { StringDecoder } from "node:string_decoder";
import { HomerangeError } from "../../contract/errors.ts";
import { jsonLineLimit } from "./limits.ts";

/** Splits text into JSON objects, one a line, as Docker streams them. Throws ENGINE_REFUSED at a line that is too long or no JSON. */
export class JsonLines {
	readonly #decoder = new StringDecoder("utf8");
	#parts: string[] = [];
	#size = 0;
	readonly #emit: (value: unknown) => void;

	constructor(emit: (value: unknown) => void) {
		this.#emit = emit;
	}

	push(chunk: Buffer): void {
		const text = this.#decoder.write(chunk);
		let at = 0;
		for (let end = text.indexOf("\n"); end !== -1; end = text.indexOf("\n", at)) {
			this.#add(text.slice(at, end));
			this.#flush();
			at = end + 1;
		}
		this.#add(text.slice(at));
	}

	/** The last line may lack its end. */
	end(): void {
		this.#add(this.#decoder.end());
		this.#flush();
	}

	#add(part: string): void {
		if (part === "") return;
		this.#size += part.length;
		if (this.#size > jsonLineLimit) throw wrong(`a line of more than ${jsonLineLimit} characters`);
		this.#parts.push(part);
	}

	#flush(): void {
		const line = this.#parts.join("").trim();
		this.#parts = [];
		this.#size = 0;
		if (line === "") return;
		let value: unknown;
		try {
			value = JSON.parse(line);
		} catch {
			throw wrong("a line that is not JSON");
		}
		this.#emit(value);
	}
}

function wrong(what: string): HomerangeError {
	return new HomerangeError("ENGINE_REFUSED", `The Docker Engine sent ${what} in a stream of JSON.`);
}

/** Reads such a stream to its end. What `emit` throws ends the reading. */
export async function readJsonLines(stream: Readable, emit: (value: unknown) => void): Promise<void> {
	const lines = new JsonLines(emit);
	for await (const chunk of stream) lines.push(chunk);
	lines.end();
}
