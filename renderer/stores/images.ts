import type { Change } from "../../contract/changes.ts";
import type { ImageList } from "../../contract/images.ts";
import type { TaskKind } from "../../contract/tasks.ts";
import { rpc } from "../bridge/client.ts";
import { type FetchedData, fetched, outdate, useFetched } from "./fetched.ts";
import { isTaskOpen } from "./tasks.ts";

/** Operations that bring images, take them away, or begin and end to use them. */
const kinds: ReadonlySet<TaskKind> = new Set([
	"pull",
	"import",
	"build",
	"prune",
	"deploy",
	"undo",
	"destroy",
	"update",
	"snapshot",
	"restore",
	"bundle",
	"prepare",
]);

/** Pure: whether one of the changes may have changed the list of images. */
export function concernsImages(changes: readonly Change[]): boolean {
	return changes.some((change) => {
		switch (change.kind) {
			case "snapshot":
			case "library":
			case "rangeGone":
			case "engine":
			case "settings":
				return true;
			case "task":
				return !isTaskOpen(change.task) && kinds.has(change.task.kind);
			case "event":
				// Also what the command line did.
				return change.event.type.startsWith("image.");
			default:
				return false;
		}
	});
}

const images = fetched<ImageList>((signal) => rpc().images.list({}, { signal }));

export const useImages = (): FetchedData<ImageList> => useFetched(images);
export const outdateImages = (): void => outdate(images);
