import type { ReadyProbe, ResolvedMachine } from "../../blueprint/resolved.ts";
import { MachineFault } from "../machine-fault.ts";
import { type ProbeSite, probeNetwork } from "./network-probe.ts";
import { retryUntil } from "./wait.ts";

const execProbeLimitMs = 10_000;
const postBootLimitMs = 120_000;
/** What a guest gets to boot and start its agent. */
const agentLimitMs = 300_000;

/** How a command in a machine ended: `said` is its last line, in brackets, or nothing. */
export type CommandEnd = { readonly exitCode: number; readonly said: string } | "timeout" | "no-agent";

/** A running machine, and the ways to it. */
export interface ReadinessSite {
	readonly site: ProbeSite;
	/** The shell by which post_boot commands run. */
	readonly shell: string;
	/** Commands go by the agent of a guest, which has to boot first. */
	readonly byAgent: boolean;
	run(command: readonly string[], limitMs: number, signal: AbortSignal): Promise<CommandEnd>;
	/** Resolves at the first line of the machine's output that the pattern matches. */
	awaitLine(pattern: string, timeoutMs: number, signal: AbortSignal): Promise<void>;
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
		case "log":
			await at.awaitLine(ready.pattern, timeoutMs, signal);
			return;
		case "exec":
			await probeExec(at, ready, signal);
	}
}

/** Runs the commands of `post_boot` one after the other; the first that fails is the machine's fault. */
export async function runPostBoot(at: ReadinessSite, commands: readonly string[], signal: AbortSignal): Promise<void> {
	if (at.byAgent && commands.length > 0) await awaitAgent(at, signal);
	for (const command of commands) {
		const shown = command.slice(0, 200);
		const result = await at.run([at.shell, "-c", command], postBootLimitMs, signal);
		if (result === "timeout") {
			throw new MachineFault(`Its post_boot command did not end in ${postBootLimitMs / 1000} s: ${shown}`);
		}
		if (result === "no-agent") throw new MachineFault(`Its guest agent went away during post_boot: ${shown}`);
		if (result.exitCode !== 0) {
			throw new MachineFault(`Its post_boot command failed with exit code ${result.exitCode}: ${shown}${result.said}`);
		}
	}
}

async function awaitAgent(at: ReadinessSite, signal: AbortSignal): Promise<void> {
	const attempt = async (during: AbortSignal): Promise<string | null> => {
		const result = await at.run([at.shell, "-c", ":"], execProbeLimitMs, during);
		return typeof result === "object" && result.exitCode === 0 ? null : "none answers";
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
		const result = await at.run(probe.command, execProbeLimitMs, during);
		if (result === "timeout") return `it did not end in ${execProbeLimitMs / 1000} s`;
		if (result === "no-agent") return "no guest agent answers";
		return result.exitCode === 0 ? null : `exit code ${result.exitCode}${result.said}`;
	};
	const what = `the probe "${probe.command.join(" ").slice(0, 200)}"`;
	await retryUntil(attempt, { timeoutMs: probe.timeoutMs, what }, signal);
}
