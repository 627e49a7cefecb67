/**
 * Gives `next`, but with every part that is equal to the same part of
 * `previous` taken from `previous`. The engine sends whole objects; with this a
 * card whose machine did not change keeps its very object and is not drawn again.
 */
export function share<T>(previous: T, next: T): T {
	if (Object.is(previous, next)) return previous;
	if (Array.isArray(previous) && Array.isArray(next)) {
		const merged = next.map((item, at) => (at < previous.length ? share(previous[at], item) : item));
		const isSame = merged.length === previous.length && merged.every((item, at) => Object.is(item, previous[at]));
		return isSame ? previous : (merged as T);
	}
	if (isRecord(previous) && isRecord(next)) {
		const keys = Object.keys(next);
		let isSame = keys.length === Object.keys(previous).length;
		const merged: Record<string, unknown> = {};
		for (const key of keys) {
			merged[key] = key in previous ? share(previous[key], next[key]) : next[key];
			if (!(key in previous) || !Object.is(merged[key], previous[key])) isSame = false;
		}
		return isSame ? previous : (merged as T);
	}
	return next;
}

function isRecord(value: unknown): value is Record<string, unknown> {
	return typeof value === "object" && value !== null && !Array.isArray(value);
}
