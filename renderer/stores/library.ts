import type { Change } from "../../contract/changes.ts";
import type { RangeSnapshot, Snapshot, Template } from "../../contract/library.ts";
import type { TaskKind } from "../../contract/tasks.ts";
import { rpc } from "../bridge/client.ts";
import { type FetchedData, fetched, outdate, useFetched } from "./fetched.ts";
import { isTaskOpen } from "./tasks.ts";

/** Everything that a machine or a range can start from. */
export interface LibraryContent {
	templates: readonly Template[];
	snapshots: readonly Snapshot[];
	rangeSnapshots: readonly RangeSnapshot[];
}

/** Operations after which entries have other users, or there are others. */
const kinds: ReadonlySet<TaskKind> = new Set([
	"deploy",
	"undo",
	"destroy",
	"update",
	"snapshot",
	"restore",
	"import",
	"bundle",
]);

/** Pure: whether one of the changes may have changed what the library says. */
export function concernsLibrary(changes: readonly Change[]): boolean {
	return changes.some((change) => {
		switch (change.kind) {
			case "snapshot":
			case "library":
			case "rangeGone":
				return true;
			case "task":
				return !isTaskOpen(change.task) && kinds.has(change.task.kind);
			default:
				return false;
		}
	});
}

const library = fetched<LibraryContent>(async (signal) => {
	const [templates, snapshots, rangeSnapshots] = await Promise.all([
		rpc().library.templates({}, { signal }),
		rpc().snapshots.list({}, { signal }),
		rpc().rangeSnapshots.list({}, { signal }),
	]);
	return { templates, snapshots, rangeSnapshots };
});

export const useLibrary = (): FetchedData<LibraryContent> => useFetched(library);
export const outdateLibrary = (): void => outdate(library);
