import { create } from "zustand";
import type { Change } from "../../contract/changes.ts";
import type { RangeDetail } from "../../contract/ranges.ts";
import { share } from "./share.ts";

export interface RangesState {
	/** False until the first snapshot came: an empty list then means nothing. */
	isLoaded: boolean;
	/** Newest first. */
	list: readonly RangeDetail[];
}

export const initialRanges: RangesState = { isLoaded: false, list: [] };

/** Pure: the ranges after these changes. Gives the same object when nothing changed. */
export function reduceRanges(state: RangesState, changes: readonly Change[]): RangesState {
	const before = new Map(state.list.map((range) => [range.id, range]));
	const after = new Map(before);
	let isLoaded = state.isLoaded;
	for (const change of changes) {
		if (change.kind === "snapshot") {
			isLoaded = true;
			after.clear();
			for (const range of change.ranges) after.set(range.id, shared(before, range));
		} else if (change.kind === "range") {
			after.set(change.range.id, shared(before, change.range));
		} else if (change.kind === "rangeGone") {
			after.delete(change.rangeId);
		}
	}
	const list = share(
		state.list,
		[...after.values()].sort((a, b) => b.createdAt.localeCompare(a.createdAt) || a.name.localeCompare(b.name)),
	);
	return list === state.list && isLoaded === state.isLoaded ? state : { isLoaded, list };
}

function shared(before: ReadonlyMap<string, RangeDetail>, range: RangeDetail): RangeDetail {
	const previous = before.get(range.id);
	return previous === undefined ? range : share(previous, range);
}

export const useRanges = create<RangesState>(() => initialRanges);

/** The range with this id or name; null when there is none. */
export function useRange(ref: string): RangeDetail | null {
	return useRanges((state) => findRange(state.list, ref));
}

export function findRange(list: readonly RangeDetail[], ref: string): RangeDetail | null {
	return list.find((range) => range.id === ref) ?? list.find((range) => range.name === ref) ?? null;
}
