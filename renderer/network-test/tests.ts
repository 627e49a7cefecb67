import { create } from "zustand";
import type { ErrorInfo } from "../../contract/errors.ts";
import type { NetworkTestNews, NetworkTestResult } from "../../contract/network-test.ts";
import { rpc } from "../bridge/client.ts";
import { errorInfoOf } from "../bridge/error-info.ts";

type Progress = Extract<NetworkTestNews, { kind: "progress" }>;

/** The newest test of a range's networks. */
export interface NetworkTestState {
	/** Null when none runs. */
	readonly progress: Progress | null;
	readonly result: NetworkTestResult | null;
	/** ISO 8601 of the result. */
	readonly at: string | null;
	readonly error: ErrorInfo | null;
	cancel(): void;
}

const first: Progress = { kind: "progress", done: 0, total: 0, message: "" };

/** By range: a test goes on wherever the window shows something else. */
export const useNetworkTests = create<{ tests: Readonly<Record<string, NetworkTestState>> }>(() => ({ tests: {} }));

export function useNetworkTest(rangeId: string): NetworkTestState | null {
	return useNetworkTests((state) => state.tests[rangeId] ?? null);
}

/** Begins a test; one that runs goes on. */
export async function startNetworkTest(rangeId: string): Promise<void> {
	const before = useNetworkTests.getState().tests[rangeId];
	if (before !== undefined && before.progress !== null) return;
	const abort = new AbortController();
	const begun: NetworkTestState = {
		progress: first,
		result: before?.result ?? null,
		at: before?.at ?? null,
		error: null,
		cancel: () => abort.abort(),
	};
	const change = (part: Partial<NetworkTestState>): void =>
		useNetworkTests.setState(({ tests }) => ({
			tests: { ...tests, [rangeId]: { ...(tests[rangeId] ?? begun), ...part } },
		}));
	change(begun);
	try {
		for await (const news of await rpc().ranges.testNetwork({ range: rangeId }, { signal: abort.signal })) {
			if (news.kind === "progress") change({ progress: news });
			else change({ result: news.result, at: new Date().toISOString() });
		}
	} catch (error) {
		if (!abort.signal.aborted) change({ error: errorInfoOf(error) });
	}
	change({ progress: null });
}
