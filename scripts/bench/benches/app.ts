import { type ChildProcess, spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { z } from "zod";
import { electronPath, rootSwitches } from "../../../e2e/fixtures/electron-path.ts";
import type { Bench, BenchContext, Figure, Skip } from "../bench.ts";
import { budgets } from "../budgets.ts";
import { endProcess } from "../engine-process.ts";
import { interleave } from "../measure.ts";
import { cpuTimeOf, memoryOf, processTree } from "../process-tree.ts";

const repository = join(import.meta.dirname, "..", "..", "..");
const electronFolder = join(import.meta.dirname, "..", "electron");
const startLimitMs = 120_000;
const settleMs = 3000;

const report = z.union([
	z.object({ ready: z.number(), electron: z.string(), processes: z.array(z.object({ workingSetBytes: z.number() })) }),
	z.object({ failed: z.string() }),
]);

interface Ready {
	/** Unix time in ms. */
	readonly at: number;
	readonly electron: string;
	readonly workingSetBytes: number;
}

interface WindowFigures {
	readonly electron: string;
	readonly startMs: number;
	readonly memoryMb: number;
	/** Whether `memoryMb` counts shared pages in part; otherwise in full for each process. */
	readonly isProportional: boolean;
	readonly idlePercent: number | null;
}

export const app: Bench = {
	name: "app",
	title: "The app's window, from the start of the program until it shows the engine's data",
	async run(context) {
		const subjects: WindowFigures[] = [];
		const baselines: WindowFigures[] = [];
		const ours = windowOf(context, repository);
		const bare = windowOf(context, join(electronFolder, "bare.cjs"));
		// The first start on a data folder makes the database and fills Chromium's caches.
		await ours.open();
		await bare.open();
		const note = async (list: WindowFigures[], window: typeof ours): Promise<number> => {
			const figures = await window.open();
			list.push(figures);
			return figures.startMs;
		};
		await interleave(context, context.runs, {
			subject: () => note(subjects, ours),
			baseline: () => note(baselines, bare),
		});
		await ours.remove();
		await bare.remove();
		return { ...figuresOf(subjects, baselines), details: [`Electron ${subjects[0]?.electron}`] };
	},
};

function figuresOf(subjects: WindowFigures[], baselines: WindowFigures[]): { figures: Figure[]; skips: Skip[] } {
	const of = (read: (figures: WindowFigures) => number) => ({
		subject: subjects.map(read),
		baseline: baselines.map(read),
	});
	const baselineIs = "electron scripts/bench/electron/bare.cjs: one sandboxed window with an empty page";
	const isProportional = [...subjects, ...baselines].every((figures) => figures.isProportional);
	const counted = isProportional
		? "the processes' PSS"
		: "the processes' working sets, shared pages counted again for each";
	const figures: Figure[] = [
		{
			name: "start to interactive window",
			unit: "ms",
			...of(({ startMs }) => startMs),
			baselineIs,
			budget: budgets.windowStart,
		},
		{
			name: "memory, window idle",
			unit: "MB",
			...of(({ memoryMb }) => memoryMb),
			baselineIs,
			budget: budgets.windowMemory,
			notes: [`Sum of ${counted}, ${settleMs / 1000} s after the start, with the engine in the app and no range.`],
		},
	];
	const isIdleKnown = [...subjects, ...baselines].every(({ idlePercent }) => idlePercent !== null);
	if (!isIdleKnown)
		return { figures, skips: [{ name: "idle CPU", reason: "the time of processes is read on Linux only" }] };
	const idle = of(({ idlePercent }) => idlePercent ?? Number.NaN);
	figures.push({ name: "CPU, window idle", unit: "% of a core", ...idle, baselineIs, budget: budgets.windowIdle });
	return { figures, skips: [] };
}

function windowOf(context: BenchContext, target: string): { open(): Promise<WindowFigures>; remove(): Promise<void> } {
	const folder = mkdtempSync(join(tmpdir(), "homerange-bench-"));
	const remove = context.cleanup.add(`the folder ${folder}`, async () =>
		rmSync(folder, { recursive: true, force: true }),
	);
	const open = async (): Promise<WindowFigures> => {
		const start = Date.now();
		const child = spawn(electronPath(), ["--require", join(electronFolder, "probe.cjs"), ...rootSwitches, target], {
			// With TERM the environment is complete, and no login shell is asked for it.
			env: { TERM: "xterm-256color", ...process.env, HOMERANGE_DATA: folder },
			stdio: ["ignore", "pipe", "pipe"],
		});
		const end = context.cleanup.add(`the window's process ${child.pid}`, () => endProcess(child));
		const ready = await untilReady(child, context.signal);
		const idle = await idleFigures(child, ready, context);
		await end();
		return { electron: ready.electron, startMs: ready.at - start, ...idle };
	};
	return { open, remove };
}

/** What the window uses when nothing happens in it. */
async function idleFigures(
	child: ChildProcess,
	{ workingSetBytes }: Ready,
	{ quick, signal }: BenchContext,
): Promise<Omit<WindowFigures, "startMs" | "electron">> {
	await delay(settleMs, undefined, { signal });
	const pids = processTree(child.pid ?? 0);
	const proportional = memoryOf(pids);
	const before = cpuTimeOf(pids);
	const idleMs = quick ? 2000 : 10_000;
	await delay(idleMs, undefined, { signal });
	const after = cpuTimeOf(pids);
	return {
		memoryMb: (proportional ?? workingSetBytes) / 1e6,
		isProportional: proportional !== null,
		idlePercent: before === null || after === null ? null : ((after - before) / idleMs) * 100,
	};
}

/** Waits for the line of the probe (electron/probe.cjs). */
async function untilReady(child: ChildProcess, signal: AbortSignal): Promise<Ready> {
	const { promise, resolve, reject } = Promise.withResolvers<Ready>();
	let output = "";
	const look = (chunk: Buffer) => {
		output = (output + chunk.toString()).slice(-64 * 1024);
		const line = /^homerange-probe (\{.*\})$/m.exec(output)?.[1];
		if (line === undefined) return;
		const told = report.parse(JSON.parse(line));
		if ("failed" in told) return reject(new Error(`the window did not get ready: ${told.failed}`));
		const workingSetBytes = told.processes.reduce((sum, { workingSetBytes: bytes }) => sum + bytes, 0);
		resolve({ at: told.ready, electron: told.electron, workingSetBytes });
	};
	child.stdout?.on("data", look);
	child.stderr?.on("data", look);
	child.once("error", reject);
	child.once("exit", (code) => reject(new Error(`the window ended with ${code}: ${output.trim().slice(-500)}`)));
	const limit = setTimeout(() => {
		reject(new Error(`no window within ${startLimitMs / 1000} s: ${output.trim().slice(-500)}`));
	}, startLimitMs);
	const stop = () => reject(signal.reason);
	signal.addEventListener("abort", stop, { once: true });
	try {
		return await promise;
	} finally {
		clearTimeout(limit);
		signal.removeEventListener("abort", stop);
	}
}
