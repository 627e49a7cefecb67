import type { ObservedMachine } from "../providers/machine-provider.ts";

/** Seconds before each try, from the end of the machine. */
export const restartDelays = [1, 2, 4, 8, 16] as const;
/** A machine that was up for so long is well again: its tries are counted anew. */
export const wellAfterMs = 60_000;

export type RestartDecision =
	| { readonly kind: "again"; readonly delaySeconds: number; readonly attempt: number }
	/** Its tries are used up. */
	| { readonly kind: "given-up" }
	/** It is not for the policy: it is left as it is. */
	| { readonly kind: "left" };

export interface Ending {
	readonly policy: "on-failure" | "never";
	readonly end: Pick<ObservedMachine, "exitCode" | "outOfMemory">;
	/** Tries since it was last well. */
	readonly tried: number;
	/** How long it was up before it ended; null when it did not come up. */
	readonly upForMs: number | null;
}

/** Whether a machine that ended by itself is started again, and when. Pure. */
export function decideRestart({ policy, end, tried, upForMs }: Ending): RestartDecision {
	if (policy === "never") return { kind: "left" };
	const failed = end.outOfMemory || (end.exitCode !== null && end.exitCode !== 0);
	if (!failed) return { kind: "left" };
	const count = upForMs !== null && upForMs >= wellAfterMs ? 0 : tried;
	const delaySeconds = restartDelays[count];
	return delaySeconds === undefined ? { kind: "given-up" } : { kind: "again", delaySeconds, attempt: count + 1 };
}

const waiting = / It is started again in \d+ s \(try \d+ of \d+\)\.$/;

/** What is said after the reason of the end. */
export function announcement(decision: RestartDecision, names: { range: string; machine: string }): string {
	switch (decision.kind) {
		case "again":
			return ` It is started again in ${decision.delaySeconds} s (try ${decision.attempt} of ${restartDelays.length}).`;
		case "given-up":
			return ` It was started again ${restartDelays.length} times and ended each time. Retry it with: homerange retry ${names.range} ${names.machine}`;
		case "left":
			return "";
	}
}

/** True while the reason says that a try is to come. */
export const isAnnounced = (reason: string | null): boolean => reason !== null && waiting.test(reason);

/** The reason without a try that does not come any more. */
export const withoutAnnouncement = (reason: string): string => reason.replace(waiting, "");
