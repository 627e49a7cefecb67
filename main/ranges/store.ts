import { z } from "zod";
import { HomerangeError } from "../../contract/errors.ts";
import { machineState, type RangeDetail, type RangeSummary, rangeState } from "../../contract/ranges.ts";
import { type ResolvedBlueprint, resolvedBlueprint, resolvedMachine } from "../blueprint/resolved.ts";
import type { ChangeBus } from "../changes/change-bus.ts";
import { and, asc, desc, eq } from "../db/drizzle.cjs";
import { newId } from "../db/new-id.ts";
import type { Database, Orm } from "../db/open.ts";
import { journal, machines, networks, nics, ranges } from "../db/schema.ts";
import { freeNames } from "./names.ts";
import {
	bridgeName,
	type MachineRecord,
	machineId,
	type RangeRecord,
	recordedDind,
	toDetail,
	toSummary,
} from "./record.ts";

/** The bytes of files with a `source`, by that name. They are kept: the blueprint's folder may be gone later. */
export type FileSources = ReadonlyMap<string, Uint8Array>;

export interface NewRange {
	readonly blueprint: ResolvedBlueprint;
	readonly sources: FileSources;
	readonly text: string;
	readonly file: string;
	/** Exact name; null: the blueprint's name and the next free number. */
	readonly name: string | null;
	readonly copies: number;
}

export type RangePatch = Partial<
	Pick<RangeRecord, "state" | "reason" | "wanted" | "interrupted" | "profile" | "profileReason" | "dind">
>;
export type MachinePatch = Partial<Pick<MachineRecord, "state" | "reason" | "wanted" | "engineId">>;
export type JournalState = "begun" | "done" | "undone" | "failed";

/**
 * All ranges of the data folder: in memory for reading, written through to the
 * database, each change told to the watchers. The engine owns the data folder
 * alone, so memory and database cannot part.
 */
export class RangeStore {
	readonly #db: Database;
	readonly #changes: ChangeBus;
	/** The task that acts on a range now. */
	readonly #taskOf: (rangeId: string) => string | null;
	readonly #ranges = new Map<string, RangeRecord>();
	readonly #untold = new Set<string>();

	constructor(db: Database, changes: ChangeBus, taskOf: (rangeId: string) => string | null) {
		this.#db = db;
		this.#changes = changes;
		this.#taskOf = taskOf;
		for (const range of load(db.orm)) this.#ranges.set(range.id, range);
	}

	all(): RangeRecord[] {
		return [...this.#ranges.values()];
	}

	find(ref: string): RangeRecord | null {
		return this.#ranges.get(ref) ?? this.all().find((range) => range.name === ref) ?? null;
	}

	/** The range by its id or its name. Errors: `RANGE_NOT_FOUND`. */
	get(ref: string): RangeRecord {
		const range = this.find(ref);
		if (range !== null) return range;
		throw new HomerangeError("RANGE_NOT_FOUND", `There is no range ${ref}.`, {
			remedy: "List the ranges to see their names.",
			place: ref,
		});
	}

	summaries(): RangeSummary[] {
		return this.all().map((range) => toSummary(range, this.#taskOf(range.id)));
	}

	detail(ref: string): RangeDetail {
		const range = this.get(ref);
		return toDetail(range, this.#taskOf(range.id));
	}

	details(): RangeDetail[] {
		return this.all().map((range) => toDetail(range, this.#taskOf(range.id)));
	}

	/** The name that the next range of a blueprint would get. Errors: `NAME_TAKEN`. */
	nextName(blueprintName: string, name: string | null): string {
		return freeNames({ taken: this.#names(), blueprintName, name, copies: 1 })[0] ?? blueprintName;
	}

	/** Takes the names and records the ranges, all or none. Errors: `NAME_TAKEN`. */
	add(wanted: NewRange): RangeRecord[] {
		const names = freeNames({
			taken: this.#names(),
			blueprintName: wanted.blueprint.name,
			name: wanted.name,
			copies: wanted.copies,
		});
		const made = names.map((name) => newRecord(name, wanted.blueprint));
		this.#db.write((orm) => {
			for (const range of made) insert(orm, range, wanted);
		});
		for (const range of made) {
			this.#ranges.set(range.id, range);
			this.touch(range.id);
		}
		return made;
	}

	update(range: RangeRecord, patch: RangePatch): void {
		if (!differs(range, patch)) return;
		Object.assign(range, patch);
		this.#db.write((orm) => orm.update(ranges).set(patch).where(eq(ranges.id, range.id)).run());
		this.touch(range.id);
	}

	updateMachine(range: RangeRecord, machine: MachineRecord, patch: MachinePatch): void {
		if (!differs(machine, patch)) return;
		Object.assign(machine, patch);
		this.#db.write((orm) => orm.update(machines).set(patch).where(eq(machines.id, machine.id)).run());
		this.touch(range.id);
	}

	/** Forgets the range; its events stay. */
	remove(range: RangeRecord): void {
		this.#db.write((orm) => orm.delete(ranges).where(eq(ranges.id, range.id)).run());
		this.#ranges.delete(range.id);
		this.#changes.publish({ kind: "rangeGone", rangeId: range.id });
	}

	/** Tells the watchers of the range, once for all changes of this turn. */
	touch(rangeId: string): void {
		if (this.#untold.size === 0) setImmediate(() => this.#tell());
		this.#untold.add(rangeId);
	}

	journal(rangeId: string, taskId: string, step: string, state: JournalState): void {
		if (!this.#ranges.has(rangeId)) return;
		const at = new Date().toISOString();
		this.#db.write((orm) =>
			orm
				.insert(journal)
				.values({ rangeId, taskId, step, state, at })
				.onConflictDoUpdate({ target: [journal.rangeId, journal.taskId, journal.step], set: { state, at } })
				.run(),
		);
	}

	/** Steps that were begun and not ended when the engine died, the newest first. */
	openSteps(rangeId: string): string[] {
		return this.#db.orm
			.select({ step: journal.step })
			.from(journal)
			.where(and(eq(journal.rangeId, rangeId), eq(journal.state, "begun")))
			.orderBy(desc(journal.at))
			.all()
			.map((row) => row.step);
	}

	/** The operation is over: how its steps went is of no more use. */
	clearJournal(rangeId: string): void {
		this.#db.write((orm) => orm.delete(journal).where(eq(journal.rangeId, rangeId)).run());
	}

	/** The bytes of the files that came with the blueprint, by their `source`. */
	fileSources(rangeId: string): FileSources {
		const row = this.#db.orm.select({ resolved: ranges.resolved }).from(ranges).where(eq(ranges.id, rangeId)).get();
		const { sources } = storedSources.parse(row?.resolved ?? {});
		return new Map(Object.entries(sources).map(([name, text]) => [name, Buffer.from(text, "base64")]));
	}

	/** Resolves when all that was recorded survives a power cut. */
	flush(): Promise<void> {
		return this.#db.flush();
	}

	#names(): Set<string> {
		return new Set(this.all().map((range) => range.name));
	}

	#tell(): void {
		const ids = [...this.#untold];
		this.#untold.clear();
		for (const id of ids) {
			const range = this.#ranges.get(id);
			if (range !== undefined) this.#changes.publish({ kind: "range", range: toDetail(range, this.#taskOf(id)) });
		}
	}
}

function newRecord(name: string, blueprint: ResolvedBlueprint): RangeRecord {
	const id = newId();
	return {
		id,
		name,
		createdAt: new Date().toISOString(),
		blueprint,
		state: "deploying",
		reason: null,
		wanted: "running",
		interrupted: null,
		profile: null,
		profileReason: null,
		dind: null,
		machines: blueprint.machines.map((spec) => ({
			id: machineId(id, spec.name),
			spec,
			state: "creating",
			reason: null,
			wanted: "running",
			engineId: null,
		})),
	};
}

function insert(orm: Orm, range: RangeRecord, { text, file, sources }: NewRange): void {
	const { id, name, blueprint, state, reason, wanted, createdAt } = range;
	orm
		.insert(ranges)
		.values({
			id,
			name,
			state,
			reason,
			wanted,
			createdAt,
			blueprintName: blueprint.name,
			blueprintTitle: blueprint.title,
			blueprintSha256: blueprint.sha256,
			blueprintText: text,
			blueprintFile: file,
			// Each machine is in its own row.
			resolved: { ...blueprint, machines: [], sources: encodeSources(sources) },
			routes: [...blueprint.routes],
			limits: blueprint.limits,
		})
		.run();
	for (const [position, network] of blueprint.networks.entries()) {
		const { name, subnet, gateway, internet, isolated } = network;
		const bridge = bridgeName(position);
		orm.insert(networks).values({ rangeId: id, name, position, subnet, gateway, internet, isolated, bridge }).run();
	}
	for (const [position, machine] of range.machines.entries()) {
		const { spec } = machine;
		orm
			.insert(machines)
			.values({
				id: machine.id,
				rangeId: id,
				name: spec.name,
				position,
				provider: spec.provider,
				state: machine.state,
				wanted: machine.wanted,
				resolved: spec,
			})
			.run();
		for (const [at, { network, ip, mac, isDefault }] of spec.nics.entries()) {
			orm.insert(nics).values({ machineId: machine.id, position: at, network, ip, mac, isDefault }).run();
		}
	}
}

function load(orm: Orm): RangeRecord[] {
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
	const rows = orm.select().from(ranges).orderBy(asc(ranges.createdAt), asc(ranges.id)).all();
	return rows.map((row) => {
		const own = byRange.get(row.id) ?? [];
		return {
			id: row.id,
			name: row.name,
			createdAt: row.createdAt,
			blueprint: { ...resolvedBlueprint.parse(row.resolved), machines: own.map((machine) => machine.spec) },
			state: rangeState.parse(row.state),
			reason: row.reason,
			wanted: row.wanted,
			interrupted: row.interrupted,
			profile: row.profile,
			profileReason: row.profileReason,
			dind: row.dind === null ? null : recordedDind.parse(row.dind),
			machines: own,
		};
	});
}

const storedSources = z.object({ sources: z.record(z.string(), z.string()).default({}) });

function encodeSources(sources: FileSources): Record<string, string> {
	return Object.fromEntries([...sources].map(([name, bytes]) => [name, Buffer.from(bytes).toString("base64")]));
}

function differs<T extends object>(current: T, patch: Partial<T>): boolean {
	return Object.entries(patch).some(([key, value]) => Reflect.get(current, key) !== value);
}
