import { setTimeout as delay } from "node:timers/promises";
import { z } from "zod";
import { limited } from "../../docker/limits.ts";
import { type Domain, isAgentUnresponsive, type LibvirtConnection } from "../../libvirt/rpc/index.ts";
import type { CommandEnd } from "../probes/readiness.ts";

/** The agent's answers are the guest's: only their shape is believed, and of their bytes only the first. */
const started = z.object({ return: z.object({ pid: z.number().int() }) });
const ended = z.object({
	return: z.object({
		exited: z.boolean(),
		exitcode: z.number().int().optional(),
		signal: z.number().int().optional(),
		"out-data": z.string().optional(),
		"err-data": z.string().optional(),
	}),
});
const answerLimit = 512 * 1024;
const firstWaitMs = 50;
const longestWaitMs = 1000;

export interface AgentResult {
	readonly exitCode: number;
	/** The last line that it wrote, bounded. */
	readonly said: string;
}

/**
 * Runs a command in the guest by QEMU's guest agent (its protocol: guest-exec and guest-exec-status of the QEMU Guest
 * Agent reference) and waits for its end. Null when no agent answers.
 */
export async function runByAgent(
	connection: LibvirtConnection,
	domain: Domain,
	command: readonly string[],
	signal: AbortSignal,
): Promise<AgentResult | null> {
	const [path = "", ...arg] = command;
	const ask = async (execute: string, args: object): Promise<unknown> => {
		const text = await connection.guests.agentCommand(domain, JSON.stringify({ execute, arguments: args }), undefined, {
			signal,
		});
		return parsed(text);
	};
	try {
		const { pid } = started.parse(await ask("guest-exec", { path, arg, "capture-output": true })).return;
		for (let wait = firstWaitMs; ; wait = Math.min(wait * 2, longestWaitMs)) {
			const { return: status } = ended.parse(await ask("guest-exec-status", { pid }));
			if (status.exited) return toResult(status);
			await delay(wait, undefined, { signal });
		}
	} catch (error) {
		if (isAgentUnresponsive(error)) return null;
		throw error;
	}
}

function toResult(status: z.infer<typeof ended>["return"]): AgentResult {
	const output = status["err-data"] || status["out-data"] || "";
	const text = Buffer.from(output.slice(-8192), "base64").toString("utf8").trim();
	const exitCode = status.exitcode ?? (status.signal === undefined ? 1 : 128 + status.signal);
	return { exitCode, said: text.split("\n").at(-1)?.slice(0, 300) ?? "" };
}

function parsed(text: string | null): unknown {
	if (text === null || text.length > answerLimit) throw new Error("the guest agent's answer is not one");
	return JSON.parse(text) as unknown;
}

/** The same with a limit of its own, as probes and post_boot want it. */
export async function runByAgentWithin(
	connection: LibvirtConnection,
	domain: Domain,
	{ command, limitMs }: { command: readonly string[]; limitMs: number },
	signal: AbortSignal,
): Promise<CommandEnd> {
	const limit = limited(limitMs, signal);
	try {
		const result = await runByAgent(connection, domain, command, limit);
		if (result === null) return "no-agent";
		return { exitCode: result.exitCode, said: result.said === "" ? "" : ` (${result.said})` };
	} catch (error) {
		signal.throwIfAborted();
		if (limit.aborted) return "timeout";
		throw error;
	}
}
