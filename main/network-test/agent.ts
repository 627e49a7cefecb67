import type { Dind } from "../dind/dind.ts";
import type { DockerEngine } from "../docker/engine.ts";
import { type ExecStream, openExec } from "../docker/exec.ts";
import { agentScript } from "./agent-script.ts";
import { echoPacket } from "./echo-packet.ts";

export interface ProbeTarget {
	/** IPv4, from the range's record. */
	readonly ip: string;
	readonly protocol: "icmp" | "tcp" | "udp";
	readonly port: number | null;
}

/** Longer than any order takes, on a machine of any speed. */
const orderLimitMs = 15_000;
const lineLimit = 4096;

/** A process in a machine's network namespace that probes others and listens for their probes. */
export class MachineAgent {
	readonly #exec: ExecStream;
	readonly #waiting = new Map<number, (seen: boolean | null) => void>();
	#rest = "";
	#orders = 0;
	#isOver = false;

	private constructor(exec: ExecStream) {
		this.#exec = exec;
		exec.stderr.resume();
		exec.stream.on("data", (bytes: Buffer) => this.#take(bytes));
		for (const event of ["end", "close"]) exec.stream.once(event, () => this.#end());
	}

	/** `pid`: a process of the machine, as the inner engine says it. */
	static async open(
		{ host, dind }: { host: DockerEngine; dind: Dind },
		pid: number,
		signal: AbortSignal,
	): Promise<MachineAgent> {
		const inside = ["nsenter", "-t", String(pid), "-n", "sh", "-c", agentScript, "homerange-network-test"];
		const options = { command: dind.enterNetns(inside), killable: true };
		return new MachineAgent(await openExec(host, dind.container, options, signal));
	}

	/** Over a process that runs the agent's script already. */
	static over(exec: ExecStream): MachineAgent {
		return new MachineAgent(exec);
	}

	/** Whether the target answers; null: the process is gone, nobody knows. */
	reach(target: ProbeTarget): Promise<boolean | null> {
		return this.#order("reach", target);
	}

	/** Makes sure that something answers there, on an address of this machine; false when nothing does. */
	listen(target: ProbeTarget): Promise<boolean | null> {
		return this.#order("listen", target);
	}

	/** Ends the process and its listeners; waits until they are gone. */
	async close(): Promise<void> {
		this.#exec.stream.end();
		const timer = setTimeout(() => this.#exec.kill(), 3000);
		await new Promise<void>((resolve) => {
			if (this.#isOver) resolve();
			else this.#exec.stream.once("close", () => resolve());
		});
		clearTimeout(timer);
	}

	async #order(verb: "reach" | "listen", { ip, protocol, port }: ProbeTarget): Promise<boolean | null> {
		if (this.#isOver) return null;
		const id = ++this.#orders;
		const { packet, answer } = echoPacket(id);
		const { promise, resolve } = Promise.withResolvers<boolean | null>();
		this.#waiting.set(id, resolve);
		const timer = setTimeout(() => resolve(null), orderLimitMs);
		this.#exec.stream.write(`${id} ${verb} ${protocol} ${ip} ${port ?? 0} ${packet} ${answer}\n`);
		try {
			return await promise;
		} finally {
			clearTimeout(timer);
			this.#waiting.delete(id);
		}
	}

	#take(bytes: Buffer): void {
		const lines = (this.#rest + bytes.toString("latin1")).split("\n");
		this.#rest = (lines.pop() ?? "").slice(-lineLimit);
		for (const line of lines) {
			const [, id, word] = /^(\d{1,9}) (yes|no)$/.exec(line) ?? [];
			this.#waiting.get(Number(id))?.(word === "yes");
		}
	}

	#end(): void {
		this.#isOver = true;
		for (const answer of this.#waiting.values()) answer(null);
	}
}
