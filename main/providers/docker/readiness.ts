import { HomerangeError } from "../../../contract/errors.ts";
import type { ReadyProbe, ResolvedMachine } from "../../blueprint/resolved.ts";
import { DockerApiError } from "../../docker/api-errors.ts";
import type { DockerEngine } from "../../docker/engine.ts";
import { runExec } from "../../docker/exec.ts";
import { MachineFault } from "../machine-fault.ts";
import { type ProbeSite, probeNetwork } from "../probes/network-probe.ts";
import { retryUntil } from "../probes/wait.ts";
import { inGuest } from "./in-guest.ts";
import { probeLog } from "./log-probe.ts";

const execProbeLimitMs = 10_000;
const postBootLimitMs = 120_000;
/** What a guest gets to boot and start its agent. */
const agentLimitMs = 300_000;
const outputLimit = 4096;

/** A running machine and the two engines that reach it. */
export interface ReadinessSite {
	readonly inner: DockerEngine;
	readonly site: ProbeSite;
	readonly engineId: string;
	/** Commands go to the guest that runs in the container. */
	readonly isGuest?: boolean;
	/** Unix time of its start, and whether its log is raw; asked only for a log probe. */
	logFacts(): Promise<{ startedAt: number | null; terminal: boolean }>;
}

/** Waits until the machine's probe succeeds. Throws a `MachineFault` that says which probe did not and why. */
export async function awaitProbe(at: ReadinessSite, machine: ResolvedMachine, signal: AbortSignal): Promise<void> {
	const { ready } = machine;
	if (ready === null) return;
	const { timeoutMs } = ready;
	switch (ready.kind) {
		case "tcp":
		case "http": {
			const address = machine.nics[0]?.ip ?? "";
			const path = ready.kind === "http" ? ready.path : "";
			await probeNetwork(at.site, { kind: ready.kind, address, port: ready.port, path, timeoutMs }, signal);
			return;
		}
		case "log": {
			const { startedAt: since, terminal } = await at.logFacts();
			await probeLog(at.inner, { engineId: at.engineId, pattern: ready.pattern, timeoutMs, since, terminal }, signal);
			return;
		}
		case "exec":
			await probeExec(at, ready, signal);
	}
}

/** Runs the commands of `post_boot` one after the other; the first that fails is the machine's fault. */
export async function runPostBoot(at: ReadinessSite, commands: readonly string[], signal: AbortSignal): Promise<void> {
	if (at.isGuest && commands.length > 0) await awaitAgent(at, signal);
	for (const command of commands) {
		const shown = command.slice(0, 200);
		const result = await run(at, ["sh", "-c", command], postBootLimitMs, signal);
		if (result === "timeout") {
			throw new MachineFault(`Its post_boot command did not end in ${postBootLimitMs / 1000} s: ${shown}`);
		}
		if (result.exitCode !== 0) {
			throw new MachineFault(`Its post_boot command failed with exit code ${result.exitCode}: ${shown}${result.said}`);
		}
	}
}

async function awaitAgent(at: ReadinessSite, signal: AbortSignal): Promise<void> {
	const attempt = async (during: AbortSignal): Promise<string | null> => {
		const result = await run(at, ["true"], execProbeLimitMs, during);
		return result !== "timeout" && result.exitCode === 0 ? null : "none answers";
	};
	const what = "the guest agent, by which post_boot is run,";
	await retryUntil(attempt, { timeoutMs: agentLimitMs, what }, signal);
}

async function probeExec(
	at: ReadinessSite,
	probe: Extract<ReadyProbe, { kind: "exec" }>,
	signal: AbortSignal,
): Promise<void> {
	const attempt = async (during: AbortSignal): Promise<string | null> => {
		const result = await run(at, probe.command, execProbeLimitMs, during);
		if (result === "timeout") return `it did not end in ${execProbeLimitMs / 1000} s`;
		return result.exitCode === 0 ? null : `exit code ${result.exitCode}${result.said}`;
	};
	const what = `the probe "${probe.command.join(" ").slice(0, 200)}"`;
	await retryUntil(attempt, { timeoutMs: probe.timeoutMs, what }, signal);
}

async function run(
	at: ReadinessSite,
	command: string[],
	limitMs: number,
	signal: AbortSignal,
): Promise<{ exitCode: number; said: string } | "timeout"> {
	try {
		const { exitCode, stdout, stderr } = await runExec(
			at.inner,
			at.engineId,
			{ command: at.isGuest ? inGuest(command) : command, limitMs, outputLimit },
			signal,
		);
		const last = (stderr || stdout).trim().split("\n").at(-1)?.slice(0, 300) ?? "";
		return { exitCode, said: last === "" ? "" : ` (${last})` };
	} catch (error) {
		if (error instanceof HomerangeError && error.code === "TIMEOUT") return "timeout";
		// The program is not in the image, or the container is just ending: the engine's words say which.
		if (error instanceof DockerApiError) return { exitCode: 127, said: ` (${error.message})` };
		throw error;
	}
}
