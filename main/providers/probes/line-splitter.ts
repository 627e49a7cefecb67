import { StringDecoder } from "node:string_decoder";
import { lineLimit } from "./pattern.ts";

/** Cuts bytes into lines of bounded length: what a longer line has beyond the bound is dropped. */
export class LineSplitter {
	readonly #decoder = new StringDecoder("utf8");
	#rest = "";

	/** The lines that these bytes complete. */
	push(bytes: Uint8Array): string[] {
		const parts = this.#decoder.write(Buffer.from(bytes)).split("\n");
		const last = parts.pop() ?? "";
		const lines = parts.map((part, at) => (at === 0 ? this.#rest + part : part).slice(0, lineLimit).replace(/\r$/, ""));
		this.#rest = (lines.length === 0 ? this.#rest + last : last).slice(0, lineLimit);
		return lines;
	}

	/** The start of the line that has not ended. */
	get rest(): string {
		return this.#rest;
	}
}
