import type { Change } from "../../contract/changes.ts";
import { reduceEngine, useEngine } from "./engine.ts";
import { reduceEvents, useEvents } from "./events.ts";
import { concernsImages, outdateImages } from "./images.ts";
import { concernsLibrary, outdateLibrary } from "./library.ts";
import { reduceRanges, useRanges } from "./ranges.ts";
import { reduceSettings, useSettings } from "./settings.ts";
import { reduceTasks, useTasks } from "./tasks.ts";
import { reduceVms, useVms } from "./vms.ts";

/** Hands the changes of one frame to every store. */
export function applyChanges(changes: Change[]): void {
	useEngine.setState((state) => reduceEngine(state, changes));
	useSettings.setState((state) => reduceSettings(state, changes));
	useRanges.setState((state) => reduceRanges(state, changes));
	useVms.setState((state) => reduceVms(state, changes));
	useTasks.setState((state) => reduceTasks(state, changes));
	useEvents.setState((state) => reduceEvents(state, changes));
	if (concernsLibrary(changes)) outdateLibrary();
	if (concernsImages(changes)) outdateImages();
}
