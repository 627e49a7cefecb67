// One line per step: what it is, how long it took, why it was not needed, or what to do when it cannot be done.
import { log } from "./log.mjs";
import { CommandFailed } from "./run.mjs";

const shownLines = 25;
// A step that ends sooner says only how it ended.
const announceAfterMs = 300;

/** Something a person has to change first. The remedy says how. */
export class Impossible extends Error {
	constructor(reason, remedy) {
		super(reason);
		this.name = "Impossible";
		this.remedy = remedy;
	}
}

/** A step that failed and has already told the person why. */
export class StepFailed extends Error {
	constructor(name, cause) {
		super(`${name}: ${cause.message}`, { cause });
		this.name = "StepFailed";
		this.step = name;
	}
}

/** What a step gives back when there was nothing to do. */
export function alreadyDone(reason) {
	return { alreadyDone: reason };
}

/** Every step of this run with its time in ms, in the order they ended. */
export const finishedSteps = [];

/**
 * Runs one step. The body gives a short detail for the line, alreadyDone(reason), or { detail, value };
 * the step gives the value. It throws StepFailed after it has explained the failure.
 */
export async function step(name, body) {
	const start = performance.now();
	log.write(`\n== ${name}\n`);
	const announcement = setTimeout(() => say(`  ...  ${name}`), announceAfterMs);
	try {
		const result = (await body()) ?? {};
		const ms = performance.now() - start;
		const skipped = typeof result === "object" && result.alreadyDone;
		const detail = typeof result === "string" ? result : (result.alreadyDone ?? result.detail);
		finishedSteps.push({ name, ms: Math.round(ms), outcome: skipped ? "skipped" : "done", detail });
		say(
			`${skipped ? "  --  " : "  ok  "} ${name} (${skipped ? "not needed" : seconds(ms)})${detail ? `: ${detail}` : ""}`,
		);
		return typeof result === "object" ? result.value : undefined;
	} catch (error) {
		const ms = performance.now() - start;
		finishedSteps.push({ name, ms: Math.round(ms), outcome: "failed", detail: error.message });
		if (!(error instanceof StepFailed)) explain(name, ms, error);
		throw error instanceof StepFailed ? error : new StepFailed(name, error);
	} finally {
		clearTimeout(announcement);
	}
}

/** Runs steps side by side. All of them end before the first failure is thrown, so none works on unseen. */
export async function together(...promises) {
	const results = await Promise.allSettled(promises);
	const failed = results.find((result) => result.status === "rejected");
	if (failed) throw failed.reason;
	return results.map((result) => result.value);
}

/** A line for the person who waits. Never on stdout: that belongs to results. */
export function say(text) {
	process.stderr.write(`${text}\n`);
	log.write(`${text}\n`);
}

export function seconds(ms) {
	return ms < 10_000 ? `${(ms / 1000).toFixed(1)} s` : `${Math.round(ms / 1000)} s`;
}

/** Runs a script's main function and turns what it throws into an exit code. */
export async function main(body) {
	try {
		process.exitCode = (await body()) ?? process.exitCode ?? 0;
	} catch (error) {
		if (!(error instanceof StepFailed)) explain("script", undefined, error);
		process.exitCode ||= 1;
	} finally {
		log.close();
	}
}

function explain(name, ms, error) {
	say(` FAIL  ${name}${ms === undefined ? "" : ` (${seconds(ms)})`}: ${error.message}`);
	if (error instanceof CommandFailed && error.output) {
		for (const line of error.output.split("\n").slice(-shownLines)) say(`       | ${line}`);
	}
	if (error.remedy) say(`       What to do: ${error.remedy}`);
	else if (!(error instanceof CommandFailed)) log.write(`${error.stack}\n`);
	say(`       Full output: ${log.file}`);
}
