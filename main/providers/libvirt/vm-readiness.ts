import type { ReadyProbe, ResolvedMachine } from "../../blueprint/resolved.ts";
import type { Channel } from "../../consoles/index.ts";
import { limited } from "../../docker/limits.ts";
import type { Domain, LibvirtConnection } from "../../libvirt/rpc/index.ts";
import { MachineFault } from "../machine-fault.ts";
import { LineSplitter } from "../probes/line-splitter.ts";
import { type ProbeSite, probeNetwork } from "../probes/network-probe.ts";
import { LinePattern } from "../probes/pattern.ts";
import { retryUntil } from "../probes/wait.ts";
import { runByAgent } from "./agent-commands.ts";

/** What a guest gets to boot and start its agent before its commands, and each of them to end. */
const agentLimitMs = 300_000;
const commandLimitMs = 120_000;
const probeLimitMs = 10_000;

/** A running VM, and the ways to it. */
export interface VmReadinessSite {
	readonly connection: LibvirtConnection;
	readonly domain: Domain;
	readonly site: ProbeSite;
	openSerial(): Promise<Channel>;
}

/** Waits until the VM's probe succeeds. Throws a `MachineFault` that says which probe did not and why. */
export async function awaitVm(at: VmReadinessSite, machine: ResolvedMachine, signal: AbortSignal): Promise<void> {
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
			await probeSerial(at, ready.pattern, timeoutMs, signal);
			return;
		case "exec":
			await probeExec(at, ready, signal);
	}
}

/** Runs the commands of `post_boot` by the guest's agent, one after the other; the first that fails is its fault. */
export async function runVmPostBoot(
	at: VmReadinessSite,
	commands: readonly string[],
	signal: AbortSignal,
): Promise<void> {
	if (commands.length === 0) return;
	await retryUntil(
		async (during) => {
			const result = await run(at, ["/bin/sh", "-c", ":"], probeLimitMs, during);
			return result === null || result === "timeout" ? "none answers" : null;
		},
		{ timeoutMs: agentLimitMs, what: "the guest agent, by which post_boot is run," },
		signal,
	);
	for (const command of commands) {
		const shown = command.slice(0, 200);
		const result = await run(at, ["/bin/sh", "-c", command], commandLimitMs, signal);
		if (result === "timeout") {
			throw new MachineFault(`Its post_boot command did not end in ${commandLimitMs / 1000} s: ${shown}`);
		}
		if (result === null) throw new MachineFault(`Its guest agent went away during post_boot: ${shown}`);
		if (result.exitCode !== 0) {
			const said = result.said === "" ? "" : ` (${result.said})`;
			throw new MachineFault(`Its post_boot command failed with exit code ${result.exitCode}: ${shown}${said}`);
		}
	}
}

async function probeExec(
	at: VmReadinessSite,
	probe: Extract<ReadyProbe, { kind: "exec" }>,
	signal: AbortSignal,
): Promise<void> {
	const attempt = async (during: AbortSignal): Promise<string | null> => {
		const result = await run(at, probe.command, probeLimitMs, during);
		if (result === null) return "no guest agent answers";
		if (result === "timeout") return `it did not end in ${probeLimitMs / 1000} s`;
		return result.exitCode === 0 ? null : `exit code ${result.exitCode} (${result.said})`;
	};
	const what = `the probe "${probe.command.join(" ").slice(0, 200)}"`;
	await retryUntil(attempt, { timeoutMs: probe.timeoutMs, what }, signal);
}

async function run(at: VmReadinessSite, command: readonly string[], limitMs: number, signal: AbortSignal) {
	const limit = limited(limitMs, signal);
	try {
		return await runByAgent(at.connection, at.domain, command, limit);
	} catch (error) {
		signal.throwIfAborted();
		if (limit.aborted) return "timeout" as const;
		throw error;
	}
}

/** Resolves at the first line of the serial output that matches; what it said before counts as well. */
async function probeSerial(
	at: VmReadinessSite,
	pattern: string,
	timeoutMs: number,
	signal: AbortSignal,
): Promise<void> {
	const wanted = new LinePattern(pattern);
	const lines = new LineSplitter();
	const limit = limited(timeoutMs, signal);
	const channel = await at.openSerial();
	const { promise, resolve, reject } = Promise.withResolvers<void>();
	const onAbort = () => reject(limit.reason);
	limit.addEventListener("abort", onAbort, { once: true });
	channel.onFrame((frame) => {
		if (frame.type === "closed") reject(new MachineFault("It did not get ready: its serial line ended before."));
		if (frame.type !== "stdout") return;
		void channel.send({ type: "ack", bytes: frame.bytes.length });
		try {
			// A prompt ends with no line end; what stands there so far counts as well.
			if (wanted.matchesAny(lines.push(Buffer.from(frame.bytes))) || wanted.matchesAny([lines.rest])) resolve();
		} catch (error) {
			reject(error);
		}
	});
	try {
		limit.throwIfAborted();
		await promise;
	} catch (error) {
		if (error instanceof MachineFault || !limit.aborted || signal.aborted) throw error;
		const seconds = Math.ceil(timeoutMs / 1000);
		throw new MachineFault(`It did not get ready: no line of its serial output matched in ${seconds} s.`, {
			cause: error,
		});
	} finally {
		limit.removeEventListener("abort", onAbort);
		channel.close();
	}
}
