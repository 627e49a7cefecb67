/** A place for people: both count from 1, the column in UTF-16 units as editors do. */
export interface Position {
	line: number;
	column: number;
}

/** Turns offsets of a text into lines and columns. */
export class Lines {
	readonly #starts: number[] = [0];
	readonly #length: number;

	constructor(text: string) {
		this.#length = text.length;
		for (let at = text.indexOf("\n"); at !== -1; at = text.indexOf("\n", at + 1)) this.#starts.push(at + 1);
	}

	position(offset: number): Position {
		const at = Math.min(Math.max(offset, 0), this.#length);
		let low = 0;
		let high = this.#starts.length - 1;
		while (low < high) {
			const middle = Math.ceil((low + high) / 2);
			if ((this.#starts[middle] ?? 0) <= at) low = middle;
			else high = middle - 1;
		}
		return { line: low + 1, column: at - (this.#starts[low] ?? 0) + 1 };
	}
}
