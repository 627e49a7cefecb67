import { HomerangeError } from "../../../contract/errors.ts";
import type { BuildLine } from "../../../contract/images.ts";
import { printable } from "../../docker/api-errors.ts";

const keptLines = 2000;
const keptLogs = 10;
const lineLimit = 1000;

/** A build's output: the last lines, for whoever looks later, and all that comes, for whoever looks now. */
class BuildLog {
	readonly #lines: string[] = [];
	/** Lines that were dropped at the beginning. */
	#dropped = 0;
	#partial = "";
	#ended = false;
	#changed = Promise.withResolvers<void>();

	/** Text of the engine, which may be half a line. Gives the last whole line, if one came. */
	write(text: string): string | null {
		const parts = (this.#partial + text).split(/\r?\n|\r/);
		// A line without an end is cut, not collected.
		this.#partial = (parts.pop() ?? "").slice(0, lineLimit * 4);
		const lines = parts.map((part) => printable(part, lineLimit)).filter((line) => line !== "");
		if (lines.length === 0) return null;
		this.#lines.push(...lines);
		if (this.#lines.length > keptLines) this.#dropped += this.#lines.splice(0, this.#lines.length - keptLines).length;
		this.#tell();
		return lines.at(-1) ?? null;
	}

	end(): void {
		if (this.#partial !== "") this.write("\n");
		this.#ended = true;
		this.#tell();
	}

	/** From the oldest kept line to the end of the build. A reader that is slower than the output misses lines and is told so. */
	async *read(signal?: AbortSignal): AsyncGenerator<BuildLine, void> {
		const { promise: aborted, resolve } = Promise.withResolvers<void>();
		signal?.addEventListener("abort", () => resolve(), { once: true });
		let at = 0;
		while (!signal?.aborted) {
			if (at < this.#dropped) {
				yield { line: `(${this.#dropped - at} lines left out)` };
				at = this.#dropped;
			}
			const line = this.#lines[at - this.#dropped];
			if (line !== undefined) {
				at++;
				yield { line };
			} else if (this.#ended) return;
			else await Promise.race([this.#changed.promise, aborted]);
		}
	}

	#tell(): void {
		this.#changed.resolve();
		this.#changed = Promise.withResolvers<void>();
	}
}

/** The logs of the newest builds, by their tasks. */
export class BuildLogs {
	readonly #logs = new Map<string, BuildLog>();

	open(taskId: string): BuildLog {
		const present = this.#logs.get(taskId);
		if (present !== undefined) return present;
		const log = new BuildLog();
		this.#logs.set(taskId, log);
		for (const old of [...this.#logs.keys()].slice(0, -keptLogs)) this.#logs.delete(old);
		return log;
	}

	/** Errors: `TASK_NOT_FOUND`. */
	async *read(taskId: string, signal?: AbortSignal): AsyncGenerator<BuildLine, void> {
		const log = this.#logs.get(taskId);
		if (log === undefined) {
			throw new HomerangeError("TASK_NOT_FOUND", `There is no output of a build ${taskId}.`, {
				remedy: "The output of the ten newest builds is kept while the engine runs.",
			});
		}
		yield* log.read(signal);
	}
}

export type { BuildLog };
