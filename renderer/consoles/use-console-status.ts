import { useSyncExternalStore } from "react";
import type { Observed } from "./console-status.ts";

export function useObserved<T>(observed: Observed<T>): T {
	return useSyncExternalStore(observed.subscribe, observed.get);
}
