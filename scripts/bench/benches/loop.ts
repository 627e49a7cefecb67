import { type ChildProcess, fork } from "node:child_process";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import type { Bench, BenchContext } from "../bench.ts";
import { budgets } from "../budgets.ts";
import { EngineProcess, endProcess, readLoopDelay } from "../engine-process.ts";
import type { LoopReport } from "../loop-delay.ts";

const ranges = 5;
const profile = "privileged";
const blueprint = `blueprint: 1
name: bench-tiny
networks:
  lan: { subnet: 10.0.1.0/24 }
machines:
  a: { image: "homerange/busybox:1", command: [sleep, "36000"], nics: [{ network: lan, ip: 10.0.1.10 }] }
  b: { image: "homerange/busybox:1", command: [sleep, "36000"], nics: [{ network: lan, ip: 10.0.1.11 }], depends_on: [a] }
limits: { cpus: 1, memory: 512MiB }
`;

export const loop: Bench = {
	name: "loop",
	title: `The engine's event loop while ${ranges} ranges are deployed at once`,
	async run(context) {
		const engine = await EngineProcess.start(context);
		const idler = startIdler(context);
		const idleMs = context.quick ? 3000 : 10_000;
		const busy: LoopReport[] = [];
		const idle: LoopReport[] = [];
		const beside: LoopReport[] = [];
		// Always idle first: after a deploy the machine still removes and writes.
		for (let round = 0; round < context.runs; round++) {
			engine.resetLoopDelay();
			await delay(idleMs, undefined, { signal: context.signal });
			idle.push(await engine.readLoopDelay());
			engine.resetLoopDelay();
			idler.process.send("loop-delay:reset");
			const { ranges: names } = await engine.deploy(blueprint, { profile, copies: ranges });
			busy.push(await engine.readLoopDelay());
			beside.push(await readLoopDelay(idler.process));
			await engine.destroy(names);
		}
		await idler.end();
		await engine.close();
		const p99 = (reports: LoopReport[]) => reports.map((report) => report.p99);
		return {
			figures: [
				{
					name: "delay of its timers, p99",
					unit: "ms",
					subject: p99(busy),
					baseline: p99(idle),
					baselineIs: "the same process idle, just before",
					budget: budgets.loopDelay,
				},
				{
					name: "its own CPU time in one turn, p99",
					unit: "ms",
					subject: busy.map((report) => report.workP99),
					baseline: idle.map((report) => report.workP99),
					baselineIs: "the same process idle, just before",
					budget: null,
					notes: ["What the engine itself did between two turns of a 5 ms timer, however the machine scheduled it."],
				},
				{
					name: "delay of an idle process beside it, p99",
					unit: "ms",
					subject: p99(beside),
					baseline: null,
					baselineIs: null,
					budget: null,
					notes: ["A process that does nothing, during the same deploys: what of the delay is the machine's load."],
				},
			],
			details: busy.map(
				(report, round) =>
					`round ${round + 1}: delay p50 ${report.p50.toFixed(1)}, p99 ${report.p99.toFixed(1)}, longest ${report.max.toFixed(1)} ms; CPU in one turn p99 ${report.workP99.toFixed(1)}, longest ${report.workMax.toFixed(1)} ms`,
			),
		};
	},
};

function startIdler({ cleanup }: BenchContext): { process: ChildProcess; end(): Promise<void> } {
	const idler = fork(join(import.meta.dirname, "..", "idle-process.ts"), {
		execArgv: ["--import", join(import.meta.dirname, "..", "loop-delay.ts")],
	});
	return { process: idler, end: cleanup.add(`the idle process ${idler.pid}`, () => endProcess(idler)) };
}
