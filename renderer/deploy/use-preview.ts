import { useEffect, useState } from "react";
import type { BlueprintIssue, BlueprintSource, DeployPreview, DeployRequest } from "../../contract/blueprints.ts";
import type { ErrorInfo } from "../../contract/errors.ts";
import { rpc } from "../bridge/client.ts";
import { errorInfoOf } from "../bridge/error-info.ts";

export interface PreviewState {
	/** True while the engine is asked; what is below is then of the question before. */
	isLoading: boolean;
	preview: DeployPreview | null;
	/** What is wrong with the blueprint, with the text that it is wrong in. */
	issues: { errors: readonly BlueprintIssue[]; text: string } | null;
	/** Why there is no preview, where it is not the blueprint's fault. */
	error: ErrorInfo | null;
}

const empty: PreviewState = { isLoading: true, preview: null, issues: null, error: null };

/** Reads, validates and previews a blueprint; again whenever the request or `turn` changes. */
export function usePreview(request: DeployRequest, turn: number): PreviewState {
	const [state, setState] = useState<PreviewState>(empty);
	const key = JSON.stringify(request);
	// biome-ignore lint/correctness/useExhaustiveDependencies: the key is the request's content
	useEffect(() => {
		const abort = new AbortController();
		setState((before) => ({ ...before, isLoading: true }));
		// Typing a name asks once it rests.
		const timer = setTimeout(() => {
			void askPreview(request, abort.signal).then((next) => {
				if (!abort.signal.aborted) setState(next);
			});
		}, 150);
		return () => {
			clearTimeout(timer);
			abort.abort();
		};
	}, [key, turn]);
	return state;
}

async function askPreview(request: DeployRequest, signal: AbortSignal): Promise<PreviewState> {
	const { source } = request;
	try {
		const validation = await rpc().blueprints.validate({ source }, { signal });
		if (!validation.valid) {
			return {
				...empty,
				isLoading: false,
				issues: { errors: validation.errors, text: await readText(source, signal) },
			};
		}
		return { ...empty, isLoading: false, preview: await rpc().blueprints.preview(request, { signal }) };
	} catch (error) {
		return { ...empty, isLoading: false, error: errorInfoOf(error) };
	}
}

async function readText(source: BlueprintSource, signal: AbortSignal): Promise<string> {
	const { text } = await rpc().blueprints.read({ source }, { signal });
	return text;
}
