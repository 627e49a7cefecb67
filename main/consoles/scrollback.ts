import { TerminalState } from "./terminal-state.ts";

/** A new segment begins at the first safe place after so many bytes; after four times as many without a line's end, at any safe place. */
const segmentSize = 16 * 1024;
/** A sequence that does not end within so many bytes is dropped with everything before it. */
const sequenceLimit = 256 * 1024;
const bytesPerRow = 256;
const smallest = 256 * 1024;
const largest = 8 * 1024 * 1024;
const newline = 0x0a;

interface Segment {
	/** The terminal's state before its first byte. */
	preamble: string;
	chunks: Buffer[];
	size: number;
	rows: number;
}

/**
 * The newest output of a terminal, bounded in rows and in bytes. Old output leaves in whole segments, which begin
 * where no escape sequence and no character is cut, and the replay begins with the state that holds there.
 */
export class Scrollback {
	readonly #rowLimit: number;
	readonly #byteLimit: number;
	readonly #state = new TerminalState();
	#segments: Segment[] = [emptySegment("")];
	#bytes = 0;
	#rows = 0;

	constructor(rows: number) {
		this.#rowLimit = rows;
		this.#byteLimit = Math.min(largest, Math.max(smallest, rows * bytesPerRow));
	}

	get bytes(): number {
		return this.#bytes;
	}

	push(chunk: Buffer): void {
		let start = 0;
		let segment = this.#last();
		for (let at = 0; at < chunk.length; at++) {
			const byte = chunk[at] ?? 0;
			this.#state.step(byte);
			if (byte === newline) segment.rows++;
			const size = segment.size + at + 1 - start;
			if (size < segmentSize || !this.#isSafe(byte, chunk[at + 1], size)) continue;
			this.#append(segment, chunk.subarray(start, at + 1));
			start = at + 1;
			segment = emptySegment(this.#state.preamble());
			this.#segments.push(segment);
			this.#trim();
		}
		this.#append(segment, chunk.subarray(start));
		this.#trim();
	}

	/** What to send to a fresh terminal so that it shows the same. */
	replay(): Buffer {
		const [first] = this.#segments;
		return Buffer.concat([Buffer.from(first?.preamble ?? ""), ...this.#segments.flatMap(({ chunks }) => chunks)]);
	}

	#isSafe(byte: number, next: number | undefined, size: number): boolean {
		if (!this.#state.isGround) return false;
		if (byte === newline) return true;
		// Between two characters: the next byte must be known, and not be the continuation of a UTF-8 character.
		return size >= segmentSize * 4 && next !== undefined && (next & 0xc0) !== 0x80;
	}

	#append(segment: Segment, bytes: Buffer): void {
		if (bytes.length === 0) return;
		// A copy: a view would keep the whole chunk it was cut from in memory.
		segment.chunks.push(Buffer.from(bytes));
		if (segment.chunks.length >= 256) segment.chunks = [Buffer.concat(segment.chunks)];
		segment.size += bytes.length;
		this.#bytes += bytes.length;
	}

	#trim(): void {
		this.#rows = this.#segments.reduce((sum, { rows }) => sum + rows, 0);
		while (this.#segments.length > 1 && (this.#bytes > this.#byteLimit || this.#tooManyRows())) this.#dropFirst();
		const last = this.#last();
		if (last.size <= sequenceLimit) return;
		this.#segments = [emptySegment(this.#state.preamble())];
		this.#bytes = 0;
		this.#rows = 0;
	}

	#tooManyRows(): boolean {
		return this.#rows - (this.#segments[0]?.rows ?? 0) >= this.#rowLimit;
	}

	#dropFirst(): void {
		const first = this.#segments.shift();
		this.#bytes -= first?.size ?? 0;
		this.#rows -= first?.rows ?? 0;
	}

	#last(): Segment {
		const last = this.#segments.at(-1);
		if (last) return last;
		const segment = emptySegment("");
		this.#segments.push(segment);
		return segment;
	}
}

function emptySegment(preamble: string): Segment {
	return { preamble, chunks: [], size: 0, rows: 0 };
}
