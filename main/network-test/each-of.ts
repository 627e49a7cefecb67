import { throwIfAborted } from "../docker/limits.ts";

/** Does the work for each item, so many at once. Stops at the first failure, and at the abort. */
export async function eachOf<T>(
	items: readonly T[],
	atOnce: number,
	signal: AbortSignal,
	work: (item: T) => Promise<void>,
): Promise<void> {
	const rest = items.values();
	let hasFailed = false;
	const workers = Array.from({ length: Math.min(atOnce, items.length) }, async () => {
		try {
			for (const item of rest) {
				if (hasFailed) return;
				throwIfAborted(signal);
				await work(item);
			}
		} catch (error) {
			hasFailed = true;
			throw error;
		}
	});
	await Promise.all(workers);
}
