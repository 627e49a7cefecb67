/**
 * How well an action fits what was typed, 0 to 1. Each typed word must be in the
 * title or a keyword; a word that begins a word of the title counts most. `value`
 * is the title, a line break, and an id that is not searched.
 */
export function rankAction(value: string, typed: string, keywords: string[] = []): number {
	const title = value.slice(0, value.includes("\n") ? value.indexOf("\n") : undefined).toLowerCase();
	const words = typed.toLowerCase().split(/\s+/).filter(Boolean);
	if (words.length === 0) return 1;
	let sum = 0;
	for (const word of words) {
		const rank = rankWord(title, word, keywords);
		if (rank === 0) return 0;
		sum += rank;
	}
	return sum / words.length;
}

function rankWord(title: string, word: string, keywords: readonly string[]): number {
	if (title.startsWith(word)) return 1;
	if (title.includes(` ${word}`) || title.includes(`-${word}`)) return 0.8;
	if (title.includes(word)) return 0.5;
	return keywords.some((keyword) => keyword.toLowerCase().includes(word)) ? 0.3 : 0;
}
