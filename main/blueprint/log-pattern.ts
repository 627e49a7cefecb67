/**
 * Why a `log:` pattern is refused, or null when it is fine. The pattern runs in the
 * engine on text that machines write, so patterns whose matching time can explode
 * (a repeated group that repeats inside, many unbounded repeats, look-around,
 * back-references) are refused.
 */
export function refuseLogPattern(pattern: string): string | null {
	try {
		new RegExp(pattern, "u");
	} catch (error) {
		return `This is not a regular expression: ${error instanceof Error ? error.message : String(error)}.`;
	}
	if (/\\[1-9k]|\(\?[=!<]/.test(pattern)) return "Back-references, look-around and named groups are not allowed here.";
	return repeatsInsideRepeats(pattern)
		? "A repeat inside a repeated group, or more than three open repeats, can take forever."
		: null;
}

const openRepeat = /^(?:[*+]|\{\d*,\d*\})/;
const anyRepeat = /^(?:[*+?]|\{\d*,?\d*\})/;

function repeatsInsideRepeats(pattern: string): boolean {
	/** For each open group: whether something in it repeats or branches. */
	const groups: boolean[] = [false];
	let open = 0;
	for (let at = 0; at < pattern.length; at++) {
		const rest = pattern.slice(at);
		const character = pattern[at];
		if (character === "\\") at++;
		else if (character === "[") at += /^\[(?:\\.|[^\]\\])*/.exec(rest)?.[0].length ?? 0;
		else if (character === "(") groups.push(false);
		else if (character === "|") groups[groups.length - 1] = true;
		else if (character === ")") {
			const isComplex = groups.pop() ?? false;
			const repeat = anyRepeat.exec(pattern.slice(at + 1))?.[0];
			if (isComplex && repeat !== undefined && repeat !== "?") return true;
			if (isComplex) groups[groups.length - 1] = true;
		} else if (openRepeat.test(rest)) {
			groups[groups.length - 1] = true;
			open++;
		}
	}
	return open > 3;
}
