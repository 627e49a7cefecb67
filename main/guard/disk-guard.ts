import { HomerangeError } from "../../contract/errors.ts";
import type { RangeDetail } from "../../contract/ranges.ts";
import type { ChangeBus } from "../changes/change-bus.ts";
import { type DiskSpace, localDataFolder, spaceOf } from "../docker/data-folder.ts";
import type { DockerEngine } from "../docker/engine.ts";
import type { HostEngine } from "../docker/host-engine.ts";
import type { AuditLog } from "../events/audit-log.ts";
import type { Logger } from "../log.ts";
import type { Ranges } from "../ranges/index.ts";
import { decideHolds, type Hold, reserveOf, uncountedReason } from "./decide.ts";
import { type CountedRange, countDisk } from "./measure.ts";

export interface DiskGuardParts {
	readonly host: HostEngine;
	readonly ranges: Pick<Ranges, "list" | "get" | "hold" | "explainPause">;
	readonly events: AuditLog;
	readonly changes: ChangeBus;
	readonly log: Logger;
	/** Bytes that are kept free on a disk of that size. */
	readonly reserve?: (totalBytes: number) => number;
	/** Free space has to shrink by so much before what ranges hold is counted again. */
	readonly noticeableBytes?: number;
	/** Told after each count with the ids of the ranges; for tests. */
	readonly onCount?: (rangeIds: string[]) => void;
}

const noticeable = 64 * 1024 ** 2;
const lookEveryMs = 2_000;
/** A fast disk takes gigabytes in two seconds. */
const nearReserveBytes = 8 * 1024 ** 3;
const lookEveryNearMs = 250;
/** Where only a container can see the disk, every look costs one. */
const lookEveryAfarMs = 60_000;
const alive = new Set(["deploying", "starting", "running", "degraded"]);

/**
 * Keeps ranges from filling the disk of their engine, and each from going over its own `limits.disk`: the range
 * that does is paused, with the reason. No kernel tells when a file system is nearly full, and ext4 has no quota
 * that an engine can set for a volume, so free space is looked at, only while a range runs: one call of statfs.
 * What ranges hold is counted only when that has shrunk.
 */
export class DiskGuard {
	readonly #parts: DiskGuardParts;
	readonly #closed = new AbortController();
	readonly #counted = new Map<string, { usedBytes: number; baselineBytes: number }>();
	readonly #tolerated = new Map<string, number>();
	readonly #held = new Set<string>();
	/** The engine's data folder, asked once for each engine object. */
	#folder: { host: DockerEngine; path: string | null } | null = null;
	#mostFree = 0;
	#isLooking = false;
	#hasToldOfNoCause = false;
	#timer: NodeJS.Timeout | null = null;

	constructor(parts: DiskGuardParts) {
		this.#parts = parts;
		void this.#follow();
	}

	close(): void {
		this.#closed.abort();
		if (this.#timer !== null) clearTimeout(this.#timer);
	}

	async #follow(): Promise<void> {
		const changes = this.#parts.changes.subscribe(this.#closed.signal);
		this.#restoreReasons();
		this.#watch();
		for await (const change of changes) {
			if (change.kind === "range" && change.range.state !== "paused" && this.#held.delete(change.range.id)) {
				this.#parts.ranges.explainPause(change.range.id, null);
			}
			if (change.kind === "range" || change.kind === "engine") this.#watch();
			if (change.kind === "rangeGone") this.#forget(change.rangeId);
		}
	}

	/** A paused range's reason is not kept with its state: the last word of the audit feed about its pause is. */
	#restoreReasons(): void {
		for (const { id, state } of this.#parts.ranges.list()) {
			if (state !== "paused") continue;
			const last = this.#parts.events
				.list({ range: id })
				.findLast(({ type }) => type === "range.held" || type === "range.pause.done");
			if (last?.type !== "range.held" || last.detail === null) continue;
			this.#held.add(id);
			this.#parts.ranges.explainPause(id, last.detail);
		}
	}

	#forget(rangeId: string): void {
		this.#counted.delete(rangeId);
		this.#tolerated.delete(rangeId);
		this.#held.delete(rangeId);
	}

	/** Looks soon when a range runs and no look is due. */
	#watch(): void {
		if (this.#timer !== null || this.#isLooking || this.#closed.signal.aborted) return;
		if (this.#running().length > 0) this.#after(lookEveryNearMs);
	}

	#after(ms: number): void {
		this.#timer = setTimeout(() => {
			this.#timer = null;
			void this.#look();
		}, ms).unref();
	}

	#running(): (CountedRange & { limitBytes: number | null })[] {
		const { ranges } = this.#parts;
		return ranges.list().flatMap(({ id, state, dind }) => {
			if (dind === null || !alive.has(state)) return [];
			const { limits }: RangeDetail = ranges.get(id);
			return [{ id, container: dind.container, volume: dind.volume, limitBytes: limits.diskBytes }];
		});
	}

	async #look(): Promise<void> {
		const { host, log } = this.#parts;
		let next = lookEveryMs;
		this.#isLooking = true;
		try {
			if (host.status().state === "connected") next = await this.#lookAt(host.current());
		} catch (error) {
			if (this.#closed.signal.aborted) return;
			log.warn({ error }, "the disk of the engine's host could not be looked at");
			next = lookEveryAfarMs;
		} finally {
			this.#isLooking = false;
		}
		if (this.#running().length > 0 && !this.#closed.signal.aborted) this.#after(next);
		else this.#mostFree = 0;
	}

	/** Gives the time until the next look. */
	async #lookAt(engine: DockerEngine): Promise<number> {
		const { signal } = this.#closed;
		if (this.#folder?.host !== engine) this.#folder = { host: engine, path: await localDataFolder(engine, signal) };
		const running = this.#running();
		if (running.length === 0) return lookEveryMs;
		const { path } = this.#folder;
		if (path === null) {
			const { space, used } = await countDisk(engine, running, signal);
			await this.#judge(space, running, used);
			return lookEveryAfarMs;
		}
		const space = await spaceOf(path);
		const reserve = this.#reserveOf(space);
		this.#mostFree = Math.max(this.#mostFree, space.freeBytes);
		const hasShrunk = this.#mostFree - space.freeBytes >= this.#noticeable;
		const hasNew = running.some(({ id }) => !this.#counted.has(id));
		if (space.freeBytes >= reserve) this.#hasToldOfNoCause = false;
		if (hasShrunk || hasNew) {
			this.#mostFree = space.freeBytes;
			await this.#judge(space, running, await this.#count(engine, running, space));
		}
		return space.freeBytes < reserve + nearReserveBytes ? lookEveryNearMs : lookEveryMs;
	}

	/** Null when it cannot be counted although the reserve is touched: a full disk refuses even the container that counts. */
	async #count(engine: DockerEngine, running: readonly CountedRange[], space: DiskSpace) {
		try {
			return (await countDisk(engine, running, this.#closed.signal)).used;
		} catch (error) {
			if (this.#closed.signal.aborted || space.freeBytes >= this.#reserveOf(space)) throw error;
			this.#parts.log.warn({ error }, "what ranges hold on the disk could not be counted");
			return null;
		}
	}

	async #judge(
		space: DiskSpace,
		running: readonly (CountedRange & { limitBytes: number | null })[],
		used: ReadonlyMap<string, number> | null,
	): Promise<void> {
		if (used === null) {
			const reason = uncountedReason(space);
			for (const { id } of running) await this.#hold({ rangeId: id, why: "reserve", reason });
			return;
		}
		const { freeBytes } = space;
		const reserveBytes = this.#reserveOf(space);
		const isLow = freeBytes < reserveBytes;
		const ranges = running.flatMap(({ id, limitBytes }) => {
			const usedBytes = used.get(id);
			if (usedBytes === undefined) return [];
			const before = this.#counted.get(id)?.baselineBytes ?? usedBytes;
			// Growth adds up while space is low, so that many slow writers are seen as well as a fast one.
			this.#counted.set(id, { usedBytes, baselineBytes: isLow ? before : usedBytes });
			const grownBytes = Math.max(0, usedBytes - before);
			return [{ id, usedBytes, grownBytes, limitBytes, toleratedBytes: this.#tolerated.get(id) ?? null }];
		});
		const holds = decideHolds({ freeBytes, reserveBytes, noticeableBytes: this.#noticeable, ranges });
		for (const hold of holds) await this.#hold(hold);
		if (isLow && holds.length === 0) this.#tellOfNoCause();
		this.#parts.onCount?.(ranges.map(({ id }) => id));
	}

	async #hold({ rangeId, why, reason }: Hold): Promise<void> {
		const { ranges, events, log } = this.#parts;
		const { name } = ranges.get(rangeId);
		try {
			await ranges.hold(rangeId, reason, "guard");
			this.#held.add(rangeId);
			const usedBytes = this.#counted.get(rangeId)?.usedBytes;
			if (usedBytes !== undefined) {
				this.#counted.set(rangeId, { usedBytes, baselineBytes: usedBytes });
				if (why === "limit") this.#tolerated.set(rangeId, usedBytes);
			}
			events.record({
				severity: "critical",
				type: "range.held",
				actor: "guard",
				subject: { range: name, rangeId },
				message: `${name}: ${reason}`,
				detail: reason,
			});
		} catch (error) {
			// It is being stopped, destroyed or deployed just now: the next count names it again if it still has to be.
			if (!(error instanceof HomerangeError)) throw error;
			this.#counted.delete(rangeId);
			log.warn({ error, range: name }, "a range that fills the disk could not be paused");
		}
	}

	#tellOfNoCause(): void {
		if (this.#hasToldOfNoCause) return;
		this.#hasToldOfNoCause = true;
		this.#parts.events.record({
			severity: "critical",
			type: "engine.disk-low",
			actor: "guard",
			message: "The disk of the Docker Engine is nearly full, and no range has grown. Free disk space.",
		});
	}

	get #noticeable(): number {
		return this.#parts.noticeableBytes ?? noticeable;
	}

	#reserveOf({ totalBytes }: DiskSpace): number {
		return (this.#parts.reserve ?? reserveOf)(totalBytes);
	}
}
