import { HomerangeError } from "../../contract/errors.ts";
import type { RangeDetail, RangeSummary } from "../../contract/ranges.ts";
import type { ResolvedBlueprint, ResolvedMachine } from "../blueprint/resolved.ts";
import type { ChangeBus } from "../changes/change-bus.ts";
import { and, desc, eq } from "../db/drizzle.cjs";
import { newId } from "../db/new-id.ts";
import type { Database } from "../db/open.ts";
import { journal, machines, ranges } from "../db/schema.ts";
import { freeNames } from "./names.ts";
import { assignBridges, type MachineRecord, machineId, type RangeRecord, toDetail, toSummary } from "./record.ts";
import {
	insertRange,
	loadRanges,
	loadSources,
	loadText,
	openTraffic,
	replaceRange,
	writeInternet,
} from "./store-rows.ts";
import type { Traffic } from "./update-meanwhile.ts";

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

/** What a range is to become by an update. */
export interface ReplacedContent {
	readonly blueprint: ResolvedBlueprint;
	readonly sources: FileSources;
	readonly text: string;
	readonly file: string;
	/** Machines that stay by name and need a new container. */
	readonly recreatedMachines: ReadonlySet<string>;
	/** Networks that stay by name and are made again. */
	readonly recreatedNetworks: ReadonlySet<string>;
	readonly meanwhile: Traffic | null;
}

export type RangePatch = Partial<
	Pick<RangeRecord, "state" | "reason" | "wanted" | "interrupted" | "profile" | "profileReason" | "dind" | "layers">
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
		for (const range of loadRanges(db.orm)) this.#ranges.set(range.id, range);
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
			for (const range of made) insertRange(orm, range, wanted);
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

	/**
	 * Records in one transaction what a range is to become, as an update that is not finished. Machines that stay keep
	 * their records; those that need a new container have none from now on.
	 */
	replace(range: RangeRecord, content: ReplacedContent): void {
		const { blueprint, meanwhile } = content;
		const present = new Map(range.machines.map((machine) => [machine.spec.name, machine]));
		const next: RangeRecord = {
			...range,
			blueprint,
			bridges: assignBridges(blueprint.networks, range.bridges, content.recreatedNetworks),
			meanwhile,
			interrupted: "update",
			reason: null,
			machines: blueprint.machines.map((spec): MachineRecord => {
				const old = present.get(spec.name);
				if (old === undefined) return newMachine(range.id, spec);
				if (!content.recreatedMachines.has(spec.name)) return { ...old, spec };
				return { ...newMachine(range.id, spec), wanted: old.wanted };
			}),
		};
		this.#db.write((orm) => replaceRange(orm, next, content));
		// Who holds a machine's record sees it change.
		const machines = next.machines.map((machine) => Object.assign(present.get(machine.spec.name) ?? machine, machine));
		Object.assign(range, { ...next, machines });
		this.touch(range.id);
	}

	/** From now on the range's traffic is what its blueprint says. */
	openTraffic(range: RangeRecord): void {
		this.#db.write((orm) => openTraffic(orm, range.id));
		range.meanwhile = null;
	}

	updateMachine(range: RangeRecord, machine: MachineRecord, patch: MachinePatch): void {
		if (!differs(machine, patch)) return;
		Object.assign(machine, patch);
		this.#db.write((orm) => orm.update(machines).set(patch).where(eq(machines.id, machine.id)).run());
		this.touch(range.id);
	}

	/** Records that a network has internet, or has it no more. */
	setInternet(range: RangeRecord, network: string, internet: boolean): void {
		const changed = range.blueprint.networks.map((one) => (one.name === network ? { ...one, internet } : one));
		range.blueprint = { ...range.blueprint, networks: changed };
		this.#db.write((orm) => writeInternet(orm, range, network, internet));
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
		return loadSources(this.#db.orm, rangeId);
	}

	/** The blueprint's text as it was deployed or updated last. */
	blueprintText(rangeId: string): { text: string; file: string } {
		return loadText(this.#db.orm, rangeId);
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
		bridges: assignBridges(blueprint.networks),
		meanwhile: null,
		state: "deploying",
		reason: null,
		wanted: "running",
		interrupted: null,
		profile: null,
		profileReason: null,
		dind: null,
		layers: null,
		machines: blueprint.machines.map((spec) => newMachine(id, spec)),
	};
}

function newMachine(rangeId: string, spec: ResolvedMachine): MachineRecord {
	const id = machineId(rangeId, spec.name);
	return { id, spec, state: "creating", reason: null, wanted: "running", engineId: null };
}

function differs<T extends object>(current: T, patch: Partial<T>): boolean {
	return Object.entries(patch).some(([key, value]) => Reflect.get(current, key) !== value);
}
