import { formatBytes } from "../../../contract/format-bytes.ts";
import type { Task, TaskStep } from "../../../contract/tasks.ts";
import { formatDuration, plain, styled } from "./text.ts";

/** Shows tasks while they run. */
export interface ProgressView {
	update(task: Task): void;
	/** Clears what is not meant to stay. */
	end(): void;
}

const symbols = { done: "✓", skipped: "-", failed: "✗", undone: "↺" } as const;
/** More lines than this would scroll the terminal while they are redrawn. */
const liveLines = 8;

/** A line on stderr for each step that ended; on a terminal also live lines for those that run. */
export function progressView(stream: NodeJS.WriteStream = process.stderr): ProgressView {
	if (process.env.HOMERANGE_QUIET) return { update: () => undefined, end: () => undefined };
	return new StepLines(stream);
}

class StepLines implements ProgressView {
	readonly #stream: NodeJS.WriteStream;
	readonly #told = new Set<string>();
	readonly #tasks = new Map<string, Task>();
	#drawn = 0;

	constructor(stream: NodeJS.WriteStream) {
		this.#stream = stream;
	}

	update(task: Task): void {
		this.#tasks.set(task.id, task);
		this.#erase();
		for (const step of task.steps) {
			if (step.state === "waiting" || step.state === "running") continue;
			const key = `${task.id} ${step.id} ${step.state}`;
			if (this.#told.has(key)) continue;
			this.#told.add(key);
			this.#stream.write(`${endedLine(task, step, this.#stream)}\n`);
		}
		if (this.#stream.isTTY) this.#draw();
	}

	end(): void {
		this.#erase();
	}

	#draw(): void {
		const columns = this.#stream.columns || 80;
		const running = [...this.#tasks.values()]
			.filter((task) => task.endedAt === null)
			.flatMap((task) => task.steps.filter((step) => step.state === "running").map((step) => runningLine(task, step)));
		const shown = running.slice(0, liveLines);
		if (running.length > shown.length) shown.push(`  … and ${running.length - shown.length} more`);
		for (const line of shown) this.#stream.write(`${line.slice(0, columns - 1)}\n`);
		this.#drawn = shown.length;
	}

	#erase(): void {
		if (this.#drawn === 0) return;
		this.#stream.moveCursor(0, -this.#drawn);
		this.#stream.cursorTo(0);
		this.#stream.clearScreenDown();
		this.#drawn = 0;
	}
}

function endedLine(task: Task, step: TaskStep, stream: NodeJS.WriteStream): string {
	const state = step.state === "waiting" || step.state === "running" ? "done" : step.state;
	const symbol = styled(state === "failed" ? "red" : state === "done" ? "green" : "dim", symbols[state], stream);
	const time =
		step.startedAt !== null && step.endedAt !== null
			? ` (${formatDuration(Date.parse(step.endedAt) - Date.parse(step.startedAt))})`
			: "";
	const note = step.note === null ? "" : `: ${plain(step.note)}`;
	return `${symbol} ${prefix(task)}${plain(step.title)}${note}${time}`;
}

function runningLine(task: Task, step: TaskStep): string {
	const note = step.note === null ? "" : `: ${plain(step.note)}`;
	return `  ${prefix(task)}${plain(step.title)}${amount(step)}${note}`;
}

function amount({ progress }: TaskStep): string {
	if (progress === null) return "";
	const show = progress.unit === "bytes" ? formatBytes : String;
	if (progress.total === null) return ` ${show(progress.done)}`;
	const percent = progress.total === 0 ? 100 : Math.floor((100 * progress.done) / progress.total);
	return ` ${show(progress.done)} of ${show(progress.total)} (${percent} %)`;
}

function prefix(task: Task): string {
	return task.rangeName === null ? "" : `${plain(task.rangeName)}: `;
}
