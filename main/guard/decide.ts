import { formatBytes } from "../../contract/format-bytes.ts";

/** What one running range holds of the disk of the engine's host. */
export interface RangeUse {
	readonly id: string;
	readonly usedBytes: number;
	/** More than when the reserve was last whole, or when the range was last paused for it. */
	readonly grownBytes: number;
	/** `limits.disk` of its blueprint. */
	readonly limitBytes: number | null;
	/** What it held when it was last paused for its limit and woken again: it has to be let grow past that to be cleaned up. */
	readonly toleratedBytes: number | null;
}

export interface DiskFacts {
	readonly freeBytes: number;
	/** What is never given to ranges. */
	readonly reserveBytes: number;
	/** A quarter of it is growth that is more than the noise of logs. */
	readonly noticeableBytes: number;
	/** The ranges that run. */
	readonly ranges: readonly RangeUse[];
}

export interface Hold {
	readonly rangeId: string;
	readonly why: "limit" | "reserve";
	/** Why it is paused and what to do, in sentences for a person. */
	readonly reason: string;
}

/**
 * Which ranges have to be paused now. Every range that is over its own limit, and, while the reserve is touched, the
 * one that grew most: if the space goes on shrinking, the next count names the next. A range that did not grow is
 * never the cause.
 */
export function decideHolds(facts: DiskFacts): Hold[] {
	const { freeBytes, reserveBytes, noticeableBytes, ranges } = facts;
	const overLimit = ranges.filter(({ usedBytes, limitBytes, toleratedBytes }) => {
		if (limitBytes === null || usedBytes <= limitBytes) return false;
		return toleratedBytes === null || usedBytes > toleratedBytes + noticeableBytes;
	});
	const holds = overLimit.map((range): Hold => ({ rangeId: range.id, why: "limit", reason: limitReason(range) }));
	if (freeBytes >= reserveBytes) return holds;
	const [greediest] = ranges
		.filter((range) => range.grownBytes >= noticeableBytes / 4 && !overLimit.includes(range))
		.sort((one, other) => other.grownBytes - one.grownBytes);
	if (greediest === undefined) return holds;
	// What is over its limit and still grows may be the whole cause; then nobody else has to stop.
	if (overLimit.some((range) => range.grownBytes > greediest.grownBytes)) return holds;
	return [...holds, { rangeId: greediest.id, why: "reserve", reason: reserveReason(facts, greediest) }];
}

function limitReason({ usedBytes, limitBytes }: RangeUse): string {
	return (
		`It was paused because it holds ${formatBytes(usedBytes)} of disk and its limit is ${formatBytes(limitBytes ?? 0)}. ` +
		"Resume it to delete files in its machines, or destroy it."
	);
}

function reserveReason({ freeBytes, reserveBytes }: DiskFacts, { grownBytes, usedBytes }: RangeUse): string {
	return (
		`It was paused because the disk of the Docker Engine is nearly full: ${formatBytes(freeBytes)} are free and ` +
		`${formatBytes(reserveBytes)} are kept. It grew by ${formatBytes(grownBytes)} and holds ${formatBytes(usedBytes)}. ` +
		"Free disk space and resume it, or destroy it."
	);
}

/** The reason when the disk is nearly full and what the ranges hold cannot be counted: then none may write on. */
export function uncountedReason({ freeBytes }: Pick<DiskFacts, "freeBytes">): string {
	return (
		`It was paused because the disk of the Docker Engine is nearly full: ${formatBytes(freeBytes)} are free, and which ` +
		"range fills it could not be found out. Free disk space and resume it, or destroy it."
	);
}

const gibibyte = 1024 ** 3;

/** What the guard keeps free: an engine that meets a full disk cannot even remove a container. */
export function reserveOf(totalBytes: number): number {
	return Math.max(gibibyte, Math.round(totalBytes / 50));
}
