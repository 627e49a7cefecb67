const newline = 0x0a;

/** The last so many lines of what a guest wrote. Bytes that are no UTF-8 become replacement characters. */
export function lastLines(bytes: Buffer, count: number): { text: string; isCut: boolean } {
	if (count <= 0) return { text: "", isCut: bytes.length > 0 };
	let lines = 0;
	// A line's end at the very end belongs to the last line.
	for (let at = bytes.length - 2; at >= 0; at--) {
		if (bytes[at] !== newline) continue;
		lines += 1;
		if (lines === count) return { text: bytes.subarray(at + 1).toString("utf8"), isCut: true };
	}
	return { text: bytes.toString("utf8"), isCut: false };
}
