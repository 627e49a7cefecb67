import { type Domain, isNoDomain, type LibvirtConnection, type Parameters, Stats } from "../../libvirt/rpc/index.ts";

/** What a VM had used at one moment, counted since it began. */
export interface VmCount {
	readonly cpuSeconds: number;
	/** What QEMU holds of the host's memory; null when nobody says it. */
	readonly memoryBytes: number | null;
	readonly readBytes: number;
	readonly writtenBytes: number;
}

/** Counts of running domains by their UUIDs. One that is gone is left out. */
export async function countVms(
	connection: LibvirtConnection,
	uuids: readonly string[],
	signal: AbortSignal,
): Promise<ReadonlyMap<string, VmCount>> {
	const domains: Domain[] = uuids.map((uuid) => ({ name: "", uuid, id: -1 }));
	if (domains.length === 0) return new Map();
	try {
		const stats = await connection.domains.stats(domains, Stats.cpu | Stats.balloon | Stats.block, 0, { signal });
		return new Map(stats.map(({ domain, values }) => [domain.uuid, toCount(values)]));
	} catch (error) {
		// One of them went in this moment: the next look asks for the others.
		if (isNoDomain(error)) return new Map();
		throw error;
	}
}

/** By libvirt's names of statistics (virConnectGetAllDomainStats). Pure. */
export function toCount(values: Parameters): VmCount {
	const number = (name: string): number | null => {
		const value = values[name];
		return typeof value === "number" || typeof value === "bigint" ? Number(value) : null;
	};
	const disks = Array.from({ length: Math.min(64, number("block.count") ?? 0) }, (_, disk) => disk);
	const sum = (kind: "rd" | "wr") => disks.reduce((all, disk) => all + (number(`block.${disk}.${kind}.bytes`) ?? 0), 0);
	const rss = number("balloon.rss");
	return {
		cpuSeconds: (number("cpu.time") ?? 0) / 1e9,
		memoryBytes: rss === null ? null : rss * 1024,
		readBytes: sum("rd"),
		writtenBytes: sum("wr"),
	};
}
