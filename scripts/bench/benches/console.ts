import { performance } from "node:perf_hooks";
import { openChannel } from "../../../main/rpc/channel-client.ts";
import type { Bench, BenchContext } from "../bench.ts";
import { budgets } from "../budgets.ts";
import { startPiped } from "../command.ts";
import { EngineProcess } from "../engine-process.ts";
import { alternate, interleave, rounds } from "../measure.ts";

const profile = "privileged";
const machine = "box";
const blueprint = `blueprint: 1
name: bench-console
networks:
  lan: { subnet: 10.0.1.0/24 }
machines:
  ${machine}: { image: "homerange/busybox:1", command: [sleep, "36000"], nics: [{ network: lan, ip: 10.0.1.10 }] }
limits: { cpus: 2, memory: 1GiB }
`;
const mebibyte = 1024 * 1024;

/** Where the machine is, for both ways to it. */
interface Place {
	readonly socket: string;
	readonly range: string;
	readonly container: string;
}

export const consoleBench: Bench = {
	name: "console",
	title: "Bytes from a machine to a client of the engine",
	async run(context) {
		const engine = await EngineProcess.start(context);
		const { ranges } = await engine.deploy(blueprint, { profile });
		const [range = ""] = ranges;
		const container = (await engine.client.api.ranges.get({ range })).dind?.container ?? "";
		const place: Place = { socket: engine.client.socketPath, range, container };
		const megabytes = context.quick ? 32 : 256;
		const echoes = context.quick ? 20 : 200;
		const throughput = await interleave(context, context.runs, {
			subject: () => throughputOf(frames(place, flood(megabytes)), megabytes),
			baseline: () => throughputOf(piped(context, place, flood(megabytes)), megabytes),
		});
		const roundTrip = await rounds(context.runs, () => roundTrips(context, place, echoes));
		await engine.destroy(ranges);
		await engine.close();
		const hops = "docker exec -i DIND docker exec -i MACHINE";
		return {
			figures: [
				{
					name: "throughput",
					unit: "MB/s",
					...throughput,
					baselineIs: `${hops} dd …, read from the pipe`,
					budget: budgets.consoleThroughput,
					notes: [
						`${megabytes} MiB from the first byte to the last; a console's channel on the engine's socket, every frame acknowledged.`,
					],
				},
				{
					name: "round trip of one byte",
					unit: "ms",
					...roundTrip,
					baselineIs: `${hops} cat, through its pipes`,
					budget: budgets.consoleRoundTrip,
					notes: [`Each value is the median of ${echoes} echoes, one of each side in turn.`],
				},
			],
		};
	},
};

function flood(megabytes: number): string[] {
	return ["dd", "if=/dev/zero", "bs=65536", `count=${megabytes * 16}`];
}

async function throughputOf(chunks: AsyncIterable<Uint8Array>, megabytes: number): Promise<number> {
	let start = 0;
	let size = 0;
	for await (const chunk of chunks) {
		if (size === 0) start = performance.now();
		size += chunk.length;
	}
	const seconds = (performance.now() - start) / 1000;
	if (size !== megabytes * mebibyte) throw new Error(`${size} bytes came, not ${megabytes} MiB`);
	return size / 1e6 / seconds;
}

/** What a command writes, over a channel as the command line and (in its ports) the window use it. */
async function* frames({ socket, range }: Place, command: string[]): AsyncGenerator<Uint8Array> {
	const channel = await openChannel(socket, { kind: "exec", range, machine, command });
	for await (const frame of channel.frames()) {
		if (frame.type === "closed" && frame.error) throw new Error(frame.error.message);
		if (frame.type !== "stdout" && frame.type !== "stderr") continue;
		if (frame.type === "stdout") yield frame.bytes;
		await channel.send({ type: "ack", bytes: frame.bytes.length });
	}
	channel.close();
}

async function* piped({ signal }: BenchContext, place: Place, command: string[]): AsyncGenerator<Uint8Array> {
	const child = startPiped(
		"docker",
		pipedCommand(place, ["sh", "-c", `exec ${command.join(" ")} 2>/dev/null`]),
		signal,
	);
	yield* child.stdout;
}

function pipedCommand({ container }: Place, command: string[]): string[] {
	return ["exec", "-i", container, "docker", "exec", "-i", machine, ...command];
}

/** One byte there and back, on both ways in turn. */
async function roundTrips(
	{ signal }: BenchContext,
	place: Place,
	echoes: number,
): Promise<{ subject: number; baseline: number }> {
	const channel = await openChannel(place.socket, { kind: "exec", range: place.range, machine, command: ["cat"] });
	const incoming = channel.frames();
	const viaChannel = async (): Promise<void> => {
		await channel.send({ type: "stdin", bytes: new Uint8Array([42]) });
		for (;;) {
			const { value: frame } = await incoming.next();
			if (!frame || frame.type === "closed") throw new Error("the echo's channel ended");
			if (frame.type !== "stdout") continue;
			return await channel.send({ type: "ack", bytes: frame.bytes.length });
		}
	};
	const child = startPiped("docker", pipedCommand(place, ["cat"]), signal);
	const output = child.stdout[Symbol.asyncIterator]();
	const viaPipes = async (): Promise<void> => {
		child.stdin.write("*");
		if ((await output.next()).done) throw new Error("the echo's pipe ended");
	};
	// The first echo also waits for the start of its command.
	await Promise.all([viaChannel(), viaPipes()]);
	const medians = await alternate(signal, echoes, { subject: viaChannel, baseline: viaPipes });
	channel.close();
	child.stdin.end();
	await new Promise((resolve) => child.once("close", resolve));
	return medians;
}
