import { create } from "zustand";
import type { Change } from "../../contract/changes.ts";
import type { EngineStatus, HostInfo } from "../../contract/engines.ts";
import type { ErrorInfo } from "../../contract/errors.ts";
import type { EngineStart } from "../../contract/shell.ts";

export interface EngineState {
	/** How far the app's own engine is, from the shell. */
	start: EngineStart;
	/** The stream of changes: `live` after its snapshot came, `lost` while it is being made again. */
	stream: "connecting" | "live" | "lost";
	/** Why the stream was lost. */
	error: ErrorInfo | null;
	/** The Docker Engine; null until the first snapshot. */
	docker: EngineStatus | null;
	host: HostInfo | null;
}

export const initialEngine: EngineState = {
	start: { state: "starting" },
	stream: "connecting",
	error: null,
	docker: null,
	host: null,
};

/** Pure: the engines' state after these changes. */
export function reduceEngine(state: EngineState, changes: readonly Change[]): EngineState {
	let next = state;
	for (const change of changes) {
		if (change.kind === "snapshot") {
			next = { ...next, stream: "live", error: null, docker: change.engine, host: change.host };
		} else if (change.kind === "engine") {
			next = { ...next, docker: change.engine };
		}
	}
	return next;
}

export const useEngine = create<EngineState>(() => initialEngine);

/** True when ranges can be acted on. */
export const useIsDockerUsable = (): boolean => useEngine((state) => state.docker?.state === "connected");
