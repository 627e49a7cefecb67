import { type ChildProcess, fork } from "node:child_process";
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { z } from "zod";
import type { Task } from "../../contract/tasks.ts";
import { removeDind } from "../../main/dind/index.ts";
import { socketPath } from "../../main/paths.ts";
import { connectEngine, type EngineClient } from "../../main/rpc/client.ts";
import type { BenchContext } from "./bench.ts";
import type { LoopReport } from "./loop-delay.ts";

const repository = join(import.meta.dirname, "..", "..");
const loopDelay = join(import.meta.dirname, "loop-delay.ts");
const outputFile = "output.log";
const endLimitMs = 30_000;

const loopMessage = z.object({ loopReport: z.custom<LoopReport>((value) => typeof value === "object") });

/** The product's engine in a process of its own, as the command line starts it, on a data folder of its own. */
export class EngineProcess {
	readonly client: EngineClient;
	readonly folder: string;
	readonly #context: BenchContext;
	readonly #child: ChildProcess;
	readonly #rangeIds = new Set<string>();
	readonly #ended = new Map<string, Task>();
	readonly #waiting = new Map<string, (task: Task) => void>();
	readonly #leave = new AbortController();
	readonly close: () => Promise<void>;

	private constructor(context: BenchContext, folder: string, child: ChildProcess, client: EngineClient) {
		this.#context = context;
		this.folder = folder;
		this.#child = child;
		this.client = client;
		this.close = context.cleanup.add(`the engine of ${folder}`, () => this.#end());
	}

	static async start(context: BenchContext): Promise<EngineProcess> {
		const folder = mkdtempSync(join(tmpdir(), "homerange-bench-"));
		const removeFolder = context.cleanup.add(`the folder ${folder}`, async () =>
			rmSync(folder, { recursive: true, force: true }),
		);
		const output = join(folder, outputFile);
		const descriptor = openSync(output, "a");
		const child = fork(join(repository, "main", "cli", "index.ts"), ["engine", "run", "--data", folder], {
			execArgv: ["--import", loopDelay],
			env: { ...process.env, HOMERANGE_DATA: folder },
			// The engine reports on descriptor 3 that it serves.
			stdio: ["ignore", descriptor, descriptor, "pipe", "ipc"],
		});
		closeSync(descriptor);
		const kill = context.cleanup.add(`the engine's process ${child.pid}`, () => endProcess(child));
		const client = (await isServing(child)) ? await connectEngine(socketPath(folder)) : null;
		if (client === null) {
			const said = readFileSync(output, "utf8").trim().slice(-500);
			await kill();
			await removeFolder();
			throw new Error(`the engine did not start: ${said}`);
		}
		const engine = new EngineProcess(context, folder, child, client);
		await engine.#prepare();
		return engine;
	}

	/** Deploys and waits for the end; throws when a task did not end well. */
	async deploy(
		text: string,
		o: { profile: "privileged" | "unprivileged"; copies?: number },
	): Promise<{ ranges: string[]; tasks: Task[] }> {
		const source = { kind: "text" as const, file: "bench.yaml", text };
		const started = await this.client.api.ranges.deploy({ source, copies: o.copies ?? 1, profile: o.profile });
		for (const { rangeId } of started) this.#rangeIds.add(rangeId);
		const tasks = await this.#all(started.map(({ taskId }) => taskId));
		return { ranges: started.map(({ rangeName }) => rangeName), tasks };
	}

	async stop(range: string): Promise<void> {
		await this.#all([(await this.client.api.ranges.stop({ range })).taskId]);
	}

	async startRange(range: string): Promise<void> {
		await this.#all([(await this.client.api.ranges.start({ range })).taskId]);
	}

	async destroy(ranges: readonly string[]): Promise<void> {
		const started = await Promise.all(ranges.map((range) => this.client.api.ranges.destroy({ range })));
		await this.#all(started.map(({ taskId }) => taskId));
	}

	/** Waits for the end of one task; throws when it did not end well. */
	async end({ taskId }: { taskId: string }): Promise<void> {
		await this.#all([taskId]);
	}

	resetLoopDelay(): void {
		this.#child.send("loop-delay:reset");
	}

	readLoopDelay(): Promise<LoopReport> {
		return readLoopDelay(this.#child);
	}

	async #prepare(): Promise<void> {
		const { dindImage } = this.#context;
		await this.client.api.settings.set({ dindImage, stopGraceSeconds: 1 });
		void this.#follow();
	}

	/** Takes the ends of all tasks from the stream of changes, as the window does. */
	async #follow(): Promise<void> {
		try {
			for await (const change of await this.client.api.changes.watch({}, { signal: this.#leave.signal })) {
				const changed = change.kind === "snapshot" ? change.tasks : change.kind === "task" ? [change.task] : [];
				for (const task of changed) {
					if (task.endedAt === null) continue;
					this.#ended.set(task.id, task);
					this.#waiting.get(task.id)?.(task);
				}
			}
		} catch (error) {
			if (!this.#leave.signal.aborted) this.#context.say(`The engine's changes ended: ${String(error)}`);
		}
	}

	async #all(taskIds: readonly string[]): Promise<Task[]> {
		const { signal } = this.#context;
		const tasks = await Promise.all(taskIds.map((id) => this.#whenEnded(id, signal)));
		const failed = tasks.find((task) => task.state !== "done");
		if (failed) throw new Error(`${failed.title} ended as ${failed.state}: ${failed.error?.message ?? ""}`);
		return tasks;
	}

	#whenEnded(taskId: string, signal: AbortSignal): Promise<Task> {
		const { promise, resolve, reject } = Promise.withResolvers<Task>();
		const ended = this.#ended.get(taskId);
		if (ended) return Promise.resolve(ended);
		const stop = () => reject(signal.reason);
		signal.addEventListener("abort", stop, { once: true });
		const die = () => reject(new Error(`the engine ended in the middle of the work: ${this.#lastWords()}`));
		this.#child.setMaxListeners(0).once("exit", die);
		this.#waiting.set(taskId, resolve);
		return promise.finally(() => {
			signal.removeEventListener("abort", stop);
			this.#child.off("exit", die);
			this.#waiting.delete(taskId);
		});
	}

	#lastWords(): string {
		return readFileSync(join(this.folder, outputFile), "utf8").trim().slice(-500);
	}

	/** Removes the layers that ranges share, so that the next deploy is a first one. */
	async forgetLayers(): Promise<void> {
		await this.client.api.layers.free({ all: true });
	}

	async #end(): Promise<void> {
		this.#leave.abort();
		// Whatever became of the engine, nothing of its ranges stays.
		for (const rangeId of this.#rangeIds) await removeDind(this.#context.host, rangeId);
		await this.forgetLayers();
		await this.client.close();
		await endProcess(this.#child);
		rmSync(this.folder, { recursive: true, force: true });
	}
}

/** Asks a process that has loop-delay.ts loaded. */
export async function readLoopDelay(child: ChildProcess): Promise<LoopReport> {
	const { promise, resolve, reject } = Promise.withResolvers<LoopReport>();
	const onMessage = (message: unknown) => {
		const parsed = loopMessage.safeParse(message);
		if (parsed.success) resolve(parsed.data.loopReport);
	};
	const onExit = () => reject(new Error("the measured process ended"));
	child.on("message", onMessage).once("exit", onExit);
	child.send("loop-delay:read");
	try {
		return await promise;
	} finally {
		child.off("message", onMessage).off("exit", onExit);
	}
}

/** Asks the process to end, and waits for that; one that does not listen is killed. */
export async function endProcess(child: ChildProcess): Promise<void> {
	if (child.exitCode !== null || child.signalCode !== null) return;
	const ended = new Promise<void>((resolve) => child.once("exit", () => resolve()));
	child.kill("SIGTERM");
	const limit = setTimeout(() => child.kill("SIGKILL"), endLimitMs);
	await ended;
	clearTimeout(limit);
}

async function isServing(child: ChildProcess): Promise<boolean> {
	const pipe = child.stdio[3];
	if (!pipe || !("setEncoding" in pipe)) throw new Error("the engine's report pipe is missing");
	for await (const line of pipe.setEncoding("utf8")) return String(line).includes('"ready"');
	return false;
}
