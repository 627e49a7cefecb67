import { create } from "zustand";
import type { Change } from "../../contract/changes.ts";
import type { Settings } from "../../contract/settings.ts";
import { share } from "./share.ts";

export interface SettingsState {
	/** Null until the first snapshot. */
	settings: Settings | null;
}

/** Pure: the settings after these changes. */
export function reduceSettings(state: SettingsState, changes: readonly Change[]): SettingsState {
	let settings = state.settings;
	for (const change of changes) {
		if (change.kind === "snapshot" || change.kind === "settings") settings = share(settings, change.settings);
	}
	return settings === state.settings ? state : { settings };
}

export const useSettings = create<SettingsState>(() => ({ settings: null }));
