import { HomerangeError } from "../../contract/errors.ts";

/** True when the engine itself ends: what runs is left as it is, to be continued by the next engine. */
export function isEngineEnding(signal: AbortSignal): boolean {
	return signal.aborted && signal.reason instanceof HomerangeError && signal.reason.code === "INTERRUPTED";
}

export function isCancelled(signal: AbortSignal): boolean {
	return signal.aborted && !isEngineEnding(signal);
}

/** The sentence for a range on which an operation died. `openStep` is the title or id of the step it died in. */
export function interruptedReason(operation: string, openStep: string | null): string {
	if (operation === "update" && openStep === null) {
		return "This range's update did not reach its end. Continue it, or destroy the range.";
	}
	const where = openStep === null ? "" : ` in its step ${openStep}`;
	return `The engine ended during this range's ${operation}${where}. Continue it, or destroy the range.`;
}
