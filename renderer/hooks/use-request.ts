import { type DependencyList, useCallback, useEffect, useState } from "react";
import type { ErrorInfo } from "../../contract/errors.ts";
import { errorInfoOf } from "../bridge/error-info.ts";

export interface RequestState<T> {
	/** The last answer; stays while a new one is awaited. */
	data: T | null;
	error: ErrorInfo | null;
	isLoading: boolean;
	/** Asks again. */
	reload: () => void;
}

/** Asks the engine when the page is shown and whenever `dependencies` change; a question that is out of date is dropped. */
export function useRequest<T>(ask: (signal: AbortSignal) => Promise<T>, dependencies: DependencyList): RequestState<T> {
	const [state, setState] = useState<Omit<RequestState<T>, "reload">>({ data: null, error: null, isLoading: true });
	const [turn, setTurn] = useState(0);
	// biome-ignore lint/correctness/useExhaustiveDependencies: the caller names what the question depends on
	useEffect(() => {
		const abort = new AbortController();
		setState((before) => ({ ...before, isLoading: true }));
		ask(abort.signal).then(
			(data) => {
				if (!abort.signal.aborted) setState({ data, error: null, isLoading: false });
			},
			(error: unknown) => {
				if (!abort.signal.aborted) setState({ data: null, error: errorInfoOf(error), isLoading: false });
			},
		);
		return () => abort.abort();
	}, [...dependencies, turn]);
	const reload = useCallback(() => setTurn((before) => before + 1), []);
	return { ...state, reload };
}
