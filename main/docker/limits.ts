/** Bounds on everything that an engine sends. A range's inner engine belongs to the trainee: it may be hostile. */

/** Largest answer that is not a stream (an inspect, a list). */
export const bodyLimit = 16 * 1024 * 1024;
/** Largest error body that is read. */
export const errorBodyLimit = 64 * 1024;
/** Largest line of a stream of JSON objects. */
export const jsonLineLimit = 1024 * 1024;
/** Time for the head of an answer to a question that an engine can answer at once. */
export const answerLimitMs = 60_000;
/** Time for the head of an answer to a request that makes the engine work (create, start, load). */
export const workLimitMs = 600_000;
/** Time from the head of an answer to its last byte, when it is not a stream. */
export const bodyTimeLimitMs = 60_000;
/** Time for an answer to a ping. */
export const pingLimitMs = 10_000;

/** The caller's signal or a time limit, whichever comes first. */
export function limited(ms: number, signal?: AbortSignal): AbortSignal {
	const limit = AbortSignal.timeout(ms);
	return signal ? AbortSignal.any([signal, limit]) : limit;
}

/** The error of an aborted operation, in the one shape that the rest of the product knows. */
export function abortError(): DOMException {
	return new DOMException("The operation was cancelled.", "AbortError");
}

export function throwIfAborted(signal: AbortSignal | undefined): void {
	if (signal?.aborted) throw abortError();
}
