/**
 * Edits (insert, delete, replace, swap of neighbours) that make `b` out of `a`; more
 * than `limit` are not counted out, the answer is then Infinity.
 */
export function editDistance(a: string, b: string, limit = Number.POSITIVE_INFINITY): number {
	let beforeLast: number[] = [];
	let last = Array.from({ length: b.length + 1 }, (_, j) => j);
	for (let i = 1; i <= a.length; i++) {
		const row = [i];
		let smallest = i;
		for (let j = 1; j <= b.length; j++) {
			const replace = (last[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
			let best = Math.min(replace, (last[j] ?? 0) + 1, (row[j - 1] ?? 0) + 1);
			if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) {
				best = Math.min(best, (beforeLast[j - 2] ?? 0) + 1);
			}
			row.push(best);
			smallest = Math.min(smallest, best);
		}
		// A swap reaches back two rows, so one more than the limit may still come down by it.
		if (smallest > limit + 1) return Number.POSITIVE_INFINITY;
		beforeLast = last;
		last = row;
	}
	const distance = last[b.length] ?? 0;
	return distance > limit ? Number.POSITIVE_INFINITY : distance;
}

/**
 * The candidate that a person most likely meant, or null when none is close:
 * at most a third of the longer word may differ. Long words are not compared,
 * because the table grows with the product of both lengths.
 */
export function nearest(word: string, candidates: Iterable<string>): string | null {
	if (word.length > 64) return null;
	const wanted = word.toLowerCase();
	let best: string | null = null;
	let bestDistance = Number.POSITIVE_INFINITY;
	for (const candidate of candidates) {
		const longer = Math.max(candidate.length, word.length);
		const allowed = Math.max(1, Math.floor(longer / 3));
		if (Math.abs(candidate.length - word.length) > allowed || candidate.length > 64) continue;
		const distance = editDistance(wanted, candidate.toLowerCase(), Math.min(allowed, bestDistance - 1));
		if (distance < bestDistance) {
			best = candidate;
			bestDistance = distance;
		}
	}
	return best;
}

/** "a, b and c", at most eight names, for a hint. */
export function listNames(names: readonly string[]): string {
	const shown = names.slice(0, 8);
	if (names.length > shown.length) return `${shown.join(", ")} and ${names.length - shown.length} more`;
	if (shown.length < 2) return shown.join("");
	return `${shown.slice(0, -1).join(", ")} and ${shown.at(-1)}`;
}

/** The hint for a name that does not exist: the nearest one, else those that there are. */
export function nameHint(word: string, names: readonly string[], none: string): string {
	const close = nearest(word, names);
	if (close !== null) return `Did you mean "${close}"?`;
	return names.length === 0 ? none : `Known: ${listNames(names)}.`;
}
