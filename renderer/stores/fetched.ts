import { useCallback, useEffect, useState } from "react";
import { create, type StoreApi, type UseBoundStore } from "zustand";
import type { ErrorInfo } from "../../contract/errors.ts";
import { errorInfoOf } from "../bridge/error-info.ts";
import { share } from "./share.ts";

interface FetchedState<T> {
	/** Grows when the engine has something new to tell. */
	version: number;
	/** The last answer; stays while a new one is awaited. */
	data: T | null;
	error: ErrorInfo | null;
}

/**
 * What the engine does not stream but only says that it changed. It is asked for while a page shows it, and kept, so
 * that going from page to page shows the last answer at once.
 */
export interface Fetched<T> {
	readonly useStore: UseBoundStore<StoreApi<FetchedState<T>>>;
	readonly ask: (signal: AbortSignal) => Promise<T>;
}

export interface FetchedData<T> extends Omit<FetchedState<T>, "version"> {
	/** Asks again. */
	reload: () => void;
}

export function fetched<T>(ask: (signal: AbortSignal) => Promise<T>): Fetched<T> {
	return { useStore: create<FetchedState<T>>(() => ({ version: 0, data: null, error: null })), ask };
}

/** Makes every page that shows it ask again. */
export function outdate<T>({ useStore }: Fetched<T>): void {
	useStore.setState((state) => ({ version: state.version + 1 }));
}

export function useFetched<T>({ useStore, ask }: Fetched<T>): FetchedData<T> {
	const { version, data, error } = useStore();
	const [turn, setTurn] = useState(0);
	// biome-ignore lint/correctness/useExhaustiveDependencies: each version and each turn asks again
	useEffect(() => {
		const abort = new AbortController();
		ask(abort.signal).then(
			(fresh) => {
				if (abort.signal.aborted) return;
				useStore.setState((before) => ({
					data: before.data === null ? fresh : share(before.data, fresh),
					error: null,
				}));
			},
			(failure: unknown) => {
				if (!abort.signal.aborted) useStore.setState({ error: errorInfoOf(failure) });
			},
		);
		return () => abort.abort();
	}, [version, turn]);
	const reload = useCallback(() => setTurn((before) => before + 1), []);
	return { data, error, reload };
}
