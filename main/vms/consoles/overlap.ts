/** Longest piece that is looked for at both sides. */
const window = 64 * 1024;

/**
 * The end of a log, without what a stream that was opened before the log was read has brought as well: the longest
 * end of the log that the stream begins with.
 */
export function withoutOverlap(log: Buffer, stream: Buffer): Buffer {
	const most = Math.min(log.length, stream.length, window);
	for (let length = most; length > 0; length--) {
		const start = log.length - length;
		if (log[start] !== stream[0]) continue;
		if (log.subarray(start).equals(stream.subarray(0, length))) return log.subarray(0, start);
	}
	return log;
}
