import { HomerangeError, toErrorInfo } from "../../contract/errors.ts";
import type {
	EditRangeSnapshotRequest,
	EditSnapshotRequest,
	LibraryUser,
	RangeSnapshot,
	RestoreRangeRequest,
	Snapshot,
	TakeRangeSnapshotRequest,
	TakeSnapshotRequest,
} from "../../contract/library.ts";
import type { RangeDetail } from "../../contract/ranges.ts";
import type { HostEngine } from "../docker/host-engine.ts";
import type { AuditLog } from "../events/audit-log.ts";
import type { DiskPool } from "../images/disks/disk-pool.ts";
import { usersInWords } from "../library/users.ts";
import type { Logger } from "../log.ts";
import type { RangeVms } from "../providers/libvirt/range-vms.ts";
import type { Ranges } from "../ranges/index.ts";
import type { Tasks } from "../tasks/tasks.ts";
import { removeFiles } from "./bring-disk.ts";
import { describeRangeSnapshot, describeSnapshot, type Presence } from "./describe.ts";
import { refuseRestore, restoreRange } from "./restore-range.ts";
import { savedRange } from "./saved-range.ts";
import { heldSnapshots, removeSnapshotImage } from "./snapshot-image.ts";
import type { SnapshotRecord, SnapshotStore } from "./snapshot-store.ts";
import { sweepHost, sweepRanges } from "./sweep.ts";
import { takeSnapshots } from "./take-snapshots.ts";

export interface SnapshotsDeps {
	readonly store: SnapshotStore;
	readonly ranges: Ranges;
	readonly vms: RangeVms;
	readonly host: HostEngine;
	/** Where the disks of VMs are kept. */
	readonly disks: DiskPool;
	readonly tasks: Tasks;
	readonly events: AuditLog;
	readonly owner: string;
	readonly log: Logger;
}

type Started = { taskId: string };
const askLimitMs = 10_000;
const removeLimitMs = 120_000;

/** Snapshots of machines and of ranges, and everything that can be done with them. */
export class Snapshots {
	readonly #deps: SnapshotsDeps;
	/** Ids of the snapshots that are being taken: their images are nobody's left-overs. */
	readonly #underWay = new Set<string>();

	constructor(deps: SnapshotsDeps) {
		this.#deps = deps;
	}

	async list(): Promise<Snapshot[]> {
		const { store } = this.#deps;
		const isPresent = await this.#presence();
		const ranges = this.#ranges();
		return store.all().map((one) => describeSnapshot(one, store, ranges, isPresent));
	}

	/** Errors: `SNAPSHOT_NOT_FOUND`. */
	async get(ref: string): Promise<Snapshot> {
		const { store } = this.#deps;
		return describeSnapshot(store.get(ref), store, this.#ranges(), await this.#presence());
	}

	/** Errors: `RANGE_NOT_FOUND`, `MACHINE_NOT_FOUND`, `NAME_TAKEN`, `RANGE_BUSY`, `STATE_CONFLICT`. */
	async takeMachine(
		{ range, machine, name, description = "", tags = [] }: TakeSnapshotRequest,
		actor: string,
	): Promise<Started> {
		return this.#take({ range, machine, name, description, tags }, actor);
	}

	/** Saves every machine of a range in one instant, with its networks and rules. */
	async takeRange({ range, name, description = "" }: TakeRangeSnapshotRequest, actor: string): Promise<Started> {
		return this.#take({ range, machine: undefined, name, description, tags: [] }, actor);
	}

	/** Errors: `SNAPSHOT_NOT_FOUND`, `NAME_TAKEN`, `STATE_CONFLICT` for the name of a part of a range's snapshot. */
	async edit({ snapshot, name, description, tags }: EditSnapshotRequest, actor: string): Promise<Snapshot> {
		const { store, events } = this.#deps;
		const record = store.get(snapshot);
		if (name !== undefined && record.rangeSnapshotId !== null) throw partOfRange(record, store, "renamed");
		store.edit(record, {
			...(name === undefined ? {} : { name }),
			...(description === undefined ? {} : { description }),
			...(tags === undefined ? {} : { tags }),
		});
		events.record({
			severity: "info",
			type: "snapshot.edit",
			actor,
			message: `The snapshot ${record.name} was changed.`,
		});
		return await this.get(record.id);
	}

	/** Errors: `SNAPSHOT_NOT_FOUND`, `IN_USE` with who stands on it, `STATE_CONFLICT` for a part of a range's snapshot. */
	async delete(ref: string, actor: string): Promise<void> {
		const { store } = this.#deps;
		const record = store.get(ref);
		if (record.rangeSnapshotId !== null) throw partOfRange(record, store, "deleted alone");
		refuseUsed(record.name, describeSnapshot(record, store, this.#ranges(), () => null).users);
		store.remove(record);
		await this.#removed(`The snapshot ${record.name} was deleted.`, [record], actor);
	}

	listRanges(): RangeSnapshot[] {
		const { store } = this.#deps;
		const ranges = this.#ranges();
		return store.ranges().map((one) => describeRangeSnapshot(one, store, ranges));
	}

	/** Errors: `SNAPSHOT_NOT_FOUND`. */
	getRange(ref: string): RangeSnapshot {
		const { store } = this.#deps;
		return describeRangeSnapshot(store.getRange(ref), store, this.#ranges());
	}

	/** Errors: `SNAPSHOT_NOT_FOUND`. */
	editRange({ snapshot, description }: EditRangeSnapshotRequest, actor: string): RangeSnapshot {
		const { store, events } = this.#deps;
		const record = store.getRange(snapshot);
		store.describeRange(record, description);
		const message = `The snapshot ${record.name} of a range was described anew.`;
		events.record({ severity: "info", type: "snapshot.edit", actor, message });
		return this.getRange(record.id);
	}

	/** Brings a range back, in place. Errors: `SNAPSHOT_NOT_FOUND`, `RANGE_NOT_FOUND`, `INPUT_INVALID`, `STATE_CONFLICT`, `RANGE_BUSY`. */
	async restore({ range, snapshot }: RestoreRangeRequest, actor: string): Promise<Started> {
		const { store, ranges } = this.#deps;
		const record = store.getRange(snapshot);
		const saved = savedRange(store, record.id);
		const { name, state, blueprint } = ranges.get(range);
		refuseRestore({ name, state, blueprint }, saved);
		const title = () => `Restore ${name} from ${record.name}`;
		return ranges.operate(range, { kind: "restore", actor, title }, (parts, request) =>
			restoreRange(parts, request, { name: record.name, saved }),
		);
	}

	/** Errors: `SNAPSHOT_NOT_FOUND`, `IN_USE` with who stands on one of its machines. */
	async deleteRange(ref: string, actor: string): Promise<void> {
		const { store } = this.#deps;
		const record = store.getRange(ref);
		refuseUsed(record.name, describeRangeSnapshot(record, store, this.#ranges()).users);
		const parts = store.partsOf(record.id);
		store.removeRange(record);
		await this.#removed(`The snapshot ${record.name} of a range was deleted.`, parts, actor);
	}

	/** Removes what a snapshot left that its engine was killed in. For the start of an engine, when Docker answers. */
	async sweep(signal: AbortSignal): Promise<void> {
		const { host, owner, store, ranges, vms, log } = this.#deps;
		const known = new Set([...store.all().map(({ id }) => id), ...this.#underWay]);
		const removed = await sweepHost(host.current(), owner, known, signal);
		if (removed > 0) log.info({ removed }, "half-made snapshots that a killed engine left were removed");
		await sweepRanges(ranges, vms, log, signal);
	}

	#take(
		o: { range: string; machine: string | undefined; name: string; description: string; tags: readonly string[] },
		actor: string,
	): Started {
		const { ranges, store, tasks, disks } = this.#deps;
		const release = store.reserve(o.name);
		try {
			const started = ranges.operate(
				o.range,
				{
					kind: "snapshot",
					actor,
					machine: o.machine,
					title: (range, machine) =>
						machine === null
							? `Snapshot ${range.name} as ${o.name}`
							: `Snapshot ${machine.spec.name} of ${range.name} as ${o.name}`,
				},
				(parts, request) => takeSnapshots(parts, request, { ...o, store, pool: disks, underWay: this.#underWay }),
			);
			void tasks.whenEnded(started.taskId).then(release);
			return started;
		} catch (error) {
			release();
			throw error;
		}
	}

	/** The rows are gone; an image that cannot be removed now is found by the next start. */
	async #removed(message: string, parts: readonly SnapshotRecord[], actor: string): Promise<void> {
		const { events, host, disks, log } = this.#deps;
		events.record({ severity: "info", type: "snapshot.delete", actor, message });
		for (const { id, provider, name } of parts) {
			try {
				if (provider === "libvirt") {
					await removeFiles(disks, id);
					continue;
				}
				const limit = AbortSignal.timeout(removeLimitMs);
				if (await removeSnapshotImage(await host.ready(limit), id, limit)) continue;
				log.warn({ snapshot: name }, "a container on the host keeps the image of a deleted snapshot");
			} catch (error) {
				log.warn({ error, snapshot: name }, "the image of a deleted snapshot could not be removed yet");
			}
		}
	}

	#ranges(): RangeDetail[] {
		const { ranges } = this.#deps;
		return ranges.list().map(({ id }) => ranges.get(id));
	}

	async #presence(): Promise<Presence> {
		const { disks } = this.#deps;
		const images = await this.#held();
		const there = new Set<string>();
		for (const disk of disks.list()) if ((await disks.problem(disk)) === null) there.add(disk.name);
		return ({ id, provider, image }) => (provider === "docker" ? (images?.has(id) ?? null) : there.has(image));
	}

	/** Null when no engine answers: then nobody can say. */
	async #held(): Promise<ReadonlySet<string> | null> {
		const { host, log } = this.#deps;
		if (host.status().state !== "connected") return null;
		try {
			return await heldSnapshots(host.current(), AbortSignal.timeout(askLimitMs));
		} catch (error) {
			log.warn({ error: toErrorInfo(error).message }, "the engine did not say which snapshots it holds");
			return null;
		}
	}
}

function refuseUsed(name: string, users: readonly LibraryUser[]): void {
	if (users.length === 0) return;
	throw new HomerangeError("IN_USE", `The snapshot ${name} is used by ${usersInWords(users)}.`, {
		remedy: "Destroy or delete those first.",
		place: name,
		detail: users.map(({ kind, name: user, machine }) => [kind, user, machine ?? ""].join(" ").trim()).join("\n"),
	});
}

function partOfRange({ name, rangeSnapshotId }: SnapshotRecord, store: SnapshotStore, what: string): HomerangeError {
	const whole = store.findRange(rangeSnapshotId ?? "")?.name ?? "a range's snapshot";
	return new HomerangeError("STATE_CONFLICT", `${name} is a part of ${whole} and cannot be ${what}.`, {
		remedy: `Delete ${whole} as a whole when nobody needs it.`,
		place: name,
	});
}
