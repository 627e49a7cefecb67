// The benches themselves; `npm run bench` (scripts/bench.mjs) sets up what they need and starts this.
import { constants, homedir } from "node:os";
import { performance } from "node:perf_hooks";
import { parseArgs } from "node:util";
import { toErrorInfo } from "../../contract/errors.ts";
import { HostEngine } from "../../main/docker/host-engine.ts";
import { silentLog } from "../../main/log.ts";
import type { Bench, BenchContext } from "./bench.ts";
import { app } from "./benches/app.ts";
import { bundle } from "./benches/bundle.ts";
import { cli } from "./benches/cli.ts";
import { consoleBench } from "./benches/console.ts";
import { copies } from "./benches/copies.ts";
import { deploy } from "./benches/deploy.ts";
import { dind } from "./benches/dind.ts";
import { filter } from "./benches/filter.ts";
import { layers } from "./benches/layers.ts";
import { libvirt } from "./benches/libvirt.ts";
import { lifecycle } from "./benches/lifecycle.ts";
import { loop } from "./benches/loop.ts";
import { snapshot } from "./benches/snapshot.ts";
import { transfer } from "./benches/transfer.ts";
import { tunnel } from "./benches/tunnel.ts";
import { vmBench } from "./benches/vms.ts";
import { Cleanup } from "./cleanup.ts";
import { currentLoad, machineFacts } from "./machine-facts.ts";
import { type BenchReport, describeReport, saveReport } from "./report.ts";

const benches: readonly Bench[] = [
	dind,
	deploy,
	copies,
	layers,
	lifecycle,
	snapshot,
	filter,
	transfer,
	bundle,
	tunnel,
	consoleBench,
	app,
	loop,
	cli,
	libvirt,
	vmBench,
];
const defaultRuns = 5;
const quickRuns = 1;
const mostRuns = 100;

process.exitCode = await main();

async function main(): Promise<number> {
	const asked = readArguments(process.argv.slice(2));
	if (typeof asked === "string") {
		say(
			`${asked}\nusage: npm run bench -- [NAMES…] [--runs N] [--quick]\nnames: ${benches.map((bench) => bench.name).join(" ")}`,
		);
		return 2;
	}
	const interrupt = listenForInterrupt();
	const finder = new HostEngine({ env: process.env, homeFolder: homedir(), log: silentLog });
	const cleanup = new Cleanup();
	try {
		const host = await finder.ready(interrupt.signal);
		const dindImage = process.env.HOMERANGE_DIND_IMAGE || "homerange/dind:28";
		const machine = machineFacts(host, dindImage);
		const { runs, quick } = asked;
		const context: BenchContext = { runs, quick, host, dindImage, signal: interrupt.signal, cleanup, say };
		const reports: BenchReport[] = [];
		for (const bench of asked.benches) {
			if (interrupt.signal.aborted) break;
			reports.push(await runBench(bench, context));
		}
		const report = { time: new Date().toISOString(), machine, loadAtEnd: currentLoad(), runs, quick, benches: reports };
		const file = saveReport(report);
		process.stdout.write(describeReport(report));
		say(`Kept in ${file}`);
		return interrupt.exitCode() ?? (reports.some((one) => one.failure !== null) ? 1 : 0);
	} finally {
		finder.close();
	}
}

/** Runs one bench and leaves nothing of it behind. A budget that is not met is no failure. */
async function runBench(bench: Bench, context: BenchContext): Promise<BenchReport> {
	say(`  ...  ${bench.name}: ${bench.title}`);
	const start = performance.now();
	let failure: string | null = null;
	let result: BenchReport["result"] = null;
	try {
		result = await bench.run(context);
	} catch (error) {
		failure = context.signal.aborted ? "interrupted" : toErrorInfo(error).message;
		if (!context.signal.aborted) say(` FAIL  ${bench.name}: ${error instanceof Error ? error.stack : String(error)}`);
	}
	const left = await context.cleanup.run();
	if (left.length > 0) failure = [failure, ...left.map((what) => `not cleaned up: ${what}`)].filter(Boolean).join("; ");
	return { name: bench.name, title: bench.title, seconds: (performance.now() - start) / 1000, result, failure };
}

function readArguments(args: string[]): { benches: readonly Bench[]; runs: number; quick: boolean } | string {
	try {
		const options = { runs: { type: "string" }, quick: { type: "boolean", default: false } } as const;
		const { values, positionals } = parseArgs({ args, options, allowPositionals: true });
		const unknown = positionals.filter((name) => !benches.some((bench) => bench.name === name));
		if (unknown.length > 0) return `no bench ${unknown.join(", ")}`;
		const runs = values.runs === undefined ? (values.quick ? quickRuns : defaultRuns) : Number(values.runs);
		if (!Number.isInteger(runs) || runs < 1 || runs > mostRuns) return `--runs takes a number from 1 to ${mostRuns}`;
		const chosen = positionals.length === 0 ? benches : benches.filter((bench) => positionals.includes(bench.name));
		return { benches: chosen, runs, quick: values.quick };
	} catch (error) {
		return error instanceof Error ? error.message : String(error);
	}
}

/** The first signal ends the run after its clean-up; more of them change nothing. */
function listenForInterrupt(): { signal: AbortSignal; exitCode(): number | null } {
	const abort = new AbortController();
	let code: number | null = null;
	for (const name of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
		process.on(name, () => {
			if (code === null) say("Ending: what was made is being removed.");
			code ??= 128 + constants.signals[name];
			abort.abort(new Error("interrupted"));
		});
	}
	return { signal: abort.signal, exitCode: () => code };
}

function say(text: string): void {
	process.stderr.write(`${text}\n`);
}
