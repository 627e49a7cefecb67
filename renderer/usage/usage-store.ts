import { useEffect } from "react";
import { create } from "zustand";
import type { RangeUsage, Usage } from "../../contract/usage.ts";
import { followUsage } from "./follow-usage.ts";

/** The newest sample of each range that is looked at; others keep none. */
export const useUsageSamples = create<{ samples: Readonly<Record<string, RangeUsage>> }>(() => ({ samples: {} }));

const follower = followUsage((sample) => {
	useUsageSamples.setState(({ samples }) => ({ samples: { ...samples, [sample.rangeId]: sample } }));
});
/** How many parts of the page look at each range. */
const lookers = new Map<string, number>();

function look(rangeId: string): () => void {
	const change = (by: 1 | -1): void => {
		const count = (lookers.get(rangeId) ?? 0) + by;
		if (count > 0) lookers.set(rangeId, count);
		else {
			lookers.delete(rangeId);
			useUsageSamples.setState(({ samples }) => {
				const { [rangeId]: _old, ...others } = samples;
				return { samples: others };
			});
		}
		follower.want([...lookers.keys()]);
	};
	change(1);
	return () => change(-1);
}

/** Keeps a range sampled while the caller is on the page. `isUp` false: nothing to sample. */
function useLook(rangeId: string, isUp: boolean): void {
	useEffect(() => (isUp ? look(rangeId) : undefined), [rangeId, isUp]);
}

export function useRangeUsage(rangeId: string, isUp: boolean): RangeUsage | null {
	useLook(rangeId, isUp);
	return useUsageSamples((state) => (isUp ? (state.samples[rangeId] ?? null) : null));
}

export function useMachineUsage(rangeId: string, machine: string, isUp: boolean): Usage | null {
	useLook(rangeId, isUp);
	return useUsageSamples((state) => (isUp ? (state.samples[rangeId]?.machines[machine] ?? null) : null));
}
