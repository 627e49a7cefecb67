import { z } from "zod";
import { machineState, rangeState } from "../../contract/ranges.ts";
import { resolvedBlueprint, resolvedMachine } from "../blueprint/index.ts";
import { and, asc, eq, sql } from "../db/drizzle.cjs";
import type { Orm } from "../db/open.ts";
import { machines, networks, nics, ranges } from "../db/schema.ts";
import { layersRecord } from "../layers/index.ts";
import { bridgeOf, type MachineRecord, type RangeRecord, recordedDind } from "./record.ts";
import type { FileSources, NewRange } from "./store.ts";

/** Writes the rows of a new range; for use inside a transaction. */
export function insertRange(orm: Orm, range: RangeRecord, content: StoredContent): void {
	const { id, name, state, reason, wanted, createdAt } = range;
	const row = { id, name, state, reason, wanted, createdAt, ...contentColumns(range, content) };
	orm.insert(ranges).values(row).run();
	insertParts(orm, range);
}

/** Writes a range whose blueprint was replaced; for use inside a transaction. */
export function replaceRange(orm: Orm, range: RangeRecord, content: StoredContent): void {
	const { id, state, reason, interrupted } = range;
	const row = { state, reason, interrupted, ...contentColumns(range, content) };
	orm.update(ranges).set(row).where(eq(ranges.id, id)).run();
	orm.delete(networks).where(eq(networks.rangeId, id)).run();
	// Their cards go with them.
	orm.delete(machines).where(eq(machines.rangeId, id)).run();
	insertParts(orm, range);
}

/** Forgets what may flow only during an update. The rest of the column may hold large files: it is not read for this. */
export function openTraffic(orm: Orm, rangeId: string): void {
	const resolved = sql`json_remove(${ranges.resolved}, '$.meanwhile')`;
	orm.update(ranges).set({ resolved }).where(eq(ranges.id, rangeId)).run();
}

type StoredContent = Pick<NewRange, "text" | "file" | "sources">;

function contentColumns({ blueprint, meanwhile }: RangeRecord, { text, file, sources }: StoredContent) {
	return {
		blueprintName: blueprint.name,
		blueprintTitle: blueprint.title,
		blueprintSha256: blueprint.sha256,
		blueprintText: text,
		blueprintFile: file,
		// Each machine is in its own row.
		resolved: { ...blueprint, machines: [], sources: encodeSources(sources), meanwhile },
		routes: [...blueprint.routes],
		limits: blueprint.limits,
	};
}

function insertParts(orm: Orm, range: RangeRecord): void {
	const { id } = range;
	for (const [position, network] of range.blueprint.networks.entries()) {
		const { name, subnet, gateway, internet, isolated } = network;
		const bridge = bridgeOf(range, name);
		orm.insert(networks).values({ rangeId: id, name, position, subnet, gateway, internet, isolated, bridge }).run();
	}
	for (const [position, machine] of range.machines.entries()) {
		const { spec, state, reason, wanted, engineId } = machine;
		const { name, provider } = spec;
		orm
			.insert(machines)
			.values({
				id: machine.id,
				rangeId: id,
				name,
				position,
				provider,
				state,
				reason,
				wanted,
				engineId,
				resolved: spec,
			})
			.run();
		for (const [at, { network, ip, mac, isDefault }] of spec.nics.entries()) {
			orm.insert(nics).values({ machineId: machine.id, position: at, network, ip, mac, isDefault }).run();
		}
	}
}

/** Writes one network's internet into its row and into the stored blueprint; for use inside a transaction. */
export function writeInternet(orm: Orm, range: RangeRecord, network: string, internet: boolean): void {
	orm
		.update(networks)
		.set({ internet })
		.where(and(eq(networks.rangeId, range.id), eq(networks.name, network)))
		.run();
	const row = orm.select({ resolved: ranges.resolved }).from(ranges).where(eq(ranges.id, range.id)).get();
	const stored = z.looseObject({}).parse(row?.resolved ?? {});
	orm
		.update(ranges)
		.set({ resolved: { ...stored, networks: range.blueprint.networks } })
		.where(eq(ranges.id, range.id))
		.run();
}

/** All ranges, the oldest first. */
export function loadRanges(orm: Orm): RangeRecord[] {
	const byRange = new Map<string, MachineRecord[]>();
	for (const row of orm.select().from(machines).orderBy(asc(machines.rangeId), asc(machines.position)).all()) {
		const record: MachineRecord = {
			id: row.id,
			spec: resolvedMachine.parse(row.resolved),
			state: machineState.parse(row.state),
			reason: row.reason,
			wanted: row.wanted,
			engineId: row.engineId,
		};
		byRange.set(row.rangeId, [...(byRange.get(row.rangeId) ?? []), record]);
	}
	const bridges = new Map<string, Map<string, string>>();
	for (const row of orm.select().from(networks).all()) {
		const own = bridges.get(row.rangeId) ?? new Map<string, string>();
		bridges.set(row.rangeId, own.set(row.name, row.bridge));
	}
	const rows = orm.select().from(ranges).orderBy(asc(ranges.createdAt), asc(ranges.id)).all();
	return rows.map((row) => {
		const own = byRange.get(row.id) ?? [];
		return {
			id: row.id,
			name: row.name,
			createdAt: row.createdAt,
			blueprint: { ...resolvedBlueprint.parse(row.resolved), machines: own.map((machine) => machine.spec) },
			bridges: bridges.get(row.id) ?? new Map(),
			meanwhile: storedTraffic.parse(row.resolved).meanwhile,
			state: rangeState.parse(row.state),
			reason: row.reason,
			wanted: row.wanted,
			interrupted: row.interrupted,
			profile: row.profile,
			profileReason: row.profileReason,
			dind: row.dind === null ? null : recordedDind.parse(row.dind),
			layers: row.layers === null ? null : layersRecord.parse(row.layers),
			machines: own,
		};
	});
}

/** The text that a range was made from, and where it came from. */
export function loadText(orm: Orm, rangeId: string): { text: string; file: string } {
	const { blueprintText: text, blueprintFile: file } = ranges;
	return orm.select({ text, file }).from(ranges).where(eq(ranges.id, rangeId)).get() ?? { text: "", file: "" };
}

/** The bytes of the files that came with a range's blueprint. */
export function loadSources(orm: Orm, rangeId: string): FileSources {
	const row = orm.select({ resolved: ranges.resolved }).from(ranges).where(eq(ranges.id, rangeId)).get();
	const { sources } = storedSources.parse(row?.resolved ?? {});
	return new Map(Object.entries(sources).map(([name, text]) => [name, Buffer.from(text, "base64")]));
}

const storedTraffic = z.object({
	meanwhile: resolvedBlueprint.pick({ networks: true, routes: true }).nullable().default(null),
});
const storedSources = z.object({ sources: z.record(z.string(), z.string()).default({}) });

function encodeSources(sources: FileSources): Record<string, string> {
	return Object.fromEntries([...sources].map(([name, bytes]) => [name, Buffer.from(bytes).toString("base64")]));
}
