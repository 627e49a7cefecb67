import { createContext, Script } from "node:vm";
import { MachineFault } from "../machine-fault.ts";

/** Longest line that is looked at; the rest of a longer one is not. */
export const lineLimit = 4096;
/**
 * Times for one batch of lines, tried in turn. A pattern that is meant well takes
 * microseconds, but a busy machine can take the processor away for longer than that.
 */
const batchLimitsMs = [25, 50, 400];
const linesPerBatch = 64;

const search = new Script("lines.some((line) => pattern.test(line))");

/**
 * A blueprint's regular expression, made harmless. Backtracking can take longer
 * than the age of the universe on a short line; the engine's thread must not wait
 * for it. V8 looks for interrupts while it backtracks, and a script that runs
 * with a time limit is one, so a batch that takes too long ends in a fault.
 */
export class LinePattern {
	readonly #context: { pattern: RegExp; lines: string[] };

	constructor(pattern: string) {
		this.#context = { pattern: new RegExp(pattern), lines: [] };
		createContext(this.#context, { codeGeneration: { strings: false, wasm: false } });
	}

	/** Throws a `MachineFault` when the pattern is too expensive for these lines. */
	matchesAny(lines: readonly string[]): boolean {
		for (let at = 0; at < lines.length; at += linesPerBatch) {
			this.#context.lines = lines.slice(at, at + linesPerBatch).map((line) => line.slice(0, lineLimit));
			if (this.#search()) return true;
		}
		return false;
	}

	#search(): boolean {
		let cause: unknown;
		for (const timeout of batchLimitsMs) {
			try {
				return search.runInContext(this.#context, { timeout }) === true;
			} catch (error) {
				if (!isTimeout(error)) throw error;
				cause = error;
			}
		}
		throw new MachineFault(
			"Its readiness cannot be judged: the log pattern takes too long on what the machine prints. Simplify the pattern.",
			{ cause },
		);
	}
}

/** The error can come from the other context, whose classes are not ours. */
function isTimeout(error: unknown): boolean {
	return (
		typeof error === "object" && error !== null && "code" in error && error.code === "ERR_SCRIPT_EXECUTION_TIMEOUT"
	);
}
