/** A machine's own failure. The range lives on without it; the message is the machine's reason. */
export class MachineFault extends Error {
	constructor(reason: string, options?: ErrorOptions) {
		super(reason, options);
		this.name = "MachineFault";
	}
}

/** Why a machine that should run does not, from how it ended and what it said last. */
export function exitReason(
	end: { exitCode: number | null; outOfMemory: boolean },
	lastLines: readonly string[],
): string {
	const said = lastLines.length === 0 ? "It printed nothing." : `Its last output: ${lastLines.join(" ⏎ ")}`;
	if (end.outOfMemory) return `It was killed because it used up its memory (exit code ${end.exitCode ?? 137}). ${said}`;
	if (end.exitCode === null) return `It ended. ${said}`;
	const signal = end.exitCode > 128 && end.exitCode <= 192 ? ` (signal ${end.exitCode - 128})` : "";
	return `It exited with code ${end.exitCode}${signal}. ${said}`;
}
