import { HomerangeError } from "../../contract/errors.ts";
import type { Dind } from "../dind/dind.ts";
import type { DockerEngine } from "../docker/engine.ts";
import { type ExecStream, openExec } from "../docker/exec.ts";
import { parseSample, parseUnits, type Sample, type Units } from "./sample.ts";
import { sampleScript } from "./sample-script.ts";

const answerLimitMs = 15_000;
const lineLimit = 1000;
/** More than the lines of any range's machines. */
const linesLimit = 2000;

/** One process in a range's container that is asked for samples of its machines. */
export class MachineSamples {
	readonly #exec: ExecStream;
	#units: Units | null = null;
	#rest = "";
	#lines: string[] = [];
	#answer: ((sample: Sample | null) => void) | null = null;
	#isOver = false;

	private constructor(exec: ExecStream) {
		this.#exec = exec;
		exec.stderr.resume();
		exec.stream.on("data", (bytes: Buffer) => this.#take(bytes));
		for (const event of ["end", "close"]) exec.stream.once(event, () => this.#end());
	}

	/** In the range's namespaces, because only there the machines' disk traffic may be read in every profile. */
	static async open(host: DockerEngine, dind: Dind, signal: AbortSignal): Promise<MachineSamples> {
		const command = dind.enterNetns(["sh", "-c", sampleScript, "homerange-usage"]);
		return new MachineSamples(await openExec(host, dind.container, { command, killable: true }, signal));
	}

	/** Errors: `ENGINE_UNREACHABLE` when the process is gone or does not answer. */
	async take(pids: readonly number[]): Promise<Sample> {
		const { promise, resolve } = Promise.withResolvers<Sample | null>();
		if (this.#isOver) resolve(null);
		this.#answer = resolve;
		const timer = setTimeout(() => resolve(null), answerLimitMs);
		this.#exec.stream.write(`${pids.join(" ")}\n`);
		const sample = await promise;
		clearTimeout(timer);
		if (sample !== null) return sample;
		throw new HomerangeError("ENGINE_UNREACHABLE", "The range's container does not say what its machines use.");
	}

	close(): void {
		this.#exec.stream.end();
		this.#exec.kill();
	}

	#take(bytes: Buffer): void {
		const lines = (this.#rest + bytes.toString("latin1")).split("\n");
		this.#rest = (lines.pop() ?? "").slice(-lineLimit);
		for (const line of lines) this.#takeLine(line.slice(0, lineLimit));
	}

	#takeLine(line: string): void {
		if (this.#units === null) {
			this.#units = parseUnits(line);
		} else if (line === "end") {
			this.#answer?.(parseSample(this.#lines, this.#units));
			this.#lines = [];
		} else if (this.#lines.length < linesLimit) {
			this.#lines.push(line);
		}
	}

	#end(): void {
		this.#isOver = true;
		this.#answer?.(null);
	}
}
