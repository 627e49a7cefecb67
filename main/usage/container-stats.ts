import { z } from "zod";
import type { MachineCount } from "./sample.ts";

const count = z.number().nonnegative();

/** The parts of a line of `GET /containers/ID/stats` that are used; cgroup v1 and v2 name memory differently. */
const statsLine = z.object({
	read: z.string().max(64),
	pids_stats: z.object({ current: count.optional() }).nullish(),
	cpu_stats: z.object({ cpu_usage: z.object({ total_usage: count }) }),
	memory_stats: z.object({ usage: count.optional(), stats: z.record(z.string(), z.number()).nullish() }).nullish(),
	networks: z.record(z.string(), z.object({ rx_bytes: count, tx_bytes: count })).nullish(),
	blkio_stats: z
		.object({ io_service_bytes_recursive: z.array(z.object({ op: z.string(), value: count })).nullish() })
		.nullish(),
});

export interface ContainerCount extends MachineCount {
	/** Seconds. */
	readonly at: number;
}

/** A line of a container's statistics as the host's engine counts them, by its cgroup. Null when it is none. Pure. */
export function parseStats(value: unknown): ContainerCount | null {
	const parsed = statsLine.safeParse(value);
	if (!parsed.success) return null;
	const { read, pids_stats: pids, cpu_stats: cpu, memory_stats: memory, networks, blkio_stats: block } = parsed.data;
	const at = Date.parse(read) / 1000;
	// A container that has just ended is told with the year 1.
	if (Number.isNaN(at) || at <= 0) return null;
	const details = memory?.stats ?? {};
	// What is only cached from files is given back when somebody needs it: it is not used.
	const cached = details.total_inactive_file ?? details.inactive_file ?? 0;
	const transferred = (op: string) =>
		block?.io_service_bytes_recursive
			?.filter((entry) => entry.op.toLowerCase() === op)
			.reduce((sum, { value }) => sum + value, 0) ?? null;
	const interfaces = Object.values(networks ?? {});
	return {
		at,
		pid: 0,
		cpuSeconds: cpu.cpu_usage.total_usage / 1e9,
		processes: pids?.current ?? 0,
		memoryBytes: Math.max(0, (memory?.usage ?? 0) - cached),
		readBytes: transferred("read"),
		writtenBytes: transferred("write"),
		inBytes: interfaces.reduce((sum, { rx_bytes: bytes }) => sum + bytes, 0),
		outBytes: interfaces.reduce((sum, { tx_bytes: bytes }) => sum + bytes, 0),
	};
}
