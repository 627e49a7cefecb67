import { installedBlueprints } from "../paths.ts";
import type { SnapshotStore } from "../snapshots/snapshot-store.ts";
import type { OwnContent } from "./library.ts";
import type { TemplateStore } from "./template-store.ts";

/** The stores of a running engine as parsing sees them. */
export function ownContent(folder: string, templates: TemplateStore, snapshots: SnapshotStore): OwnContent {
	return {
		blueprints: installedBlueprints(folder),
		templates: templates.all,
		snapshot: (name) => snapshots.source(name),
		snapshotNames: () => snapshots.names(),
		rangeSnapshot(name) {
			const { blueprintFile, blueprintText } = snapshots.getRange(name);
			return { file: blueprintFile, text: blueprintText };
		},
	};
}
