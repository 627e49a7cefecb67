import type { BlueprintFolders, TemplateLookup } from "../blueprint/index.ts";
import type { HostEngine } from "../docker/host-engine.ts";
import type { AuditLog } from "../events/audit-log.ts";
import type { Logger } from "../log.ts";
import type { SettingsStore } from "../settings/settings-store.ts";
import type { Tasks } from "../tasks/tasks.ts";

/** How an entry of the library stands to the bundle's of the same name. */
export type Standing = "absent" | "same" | "different";

/** What a bundle takes out of the library and brings into it, by names and documents: the library knows what is in them. */
export interface BundleLibrary {
	readonly lookup: TemplateLookup;
	/** The template as a file of templates/machines. */
	templateText(name: string): string;
	compareTemplate(name: string, text: string): Standing;
	putTemplate(name: string, text: string): void;
	/** The snapshot of a name as a document, with its id. */
	/** The image that the snapshot in a document stands on. */
	snapshotImage(document: unknown): string;
	snapshotDocument(name: string): { id: string; name: string; document: unknown };
	compareSnapshot(document: unknown): Standing;
	/** Takes the place of what stands in its way. The id is what the engine here calls its image. */
	putSnapshot(document: unknown, imageId: string): void;
	/** Errors: `IN_USE` when others stand on what it would replace. */
	refuseReplacing(document: unknown): void;
	/** The look-ups as they will be when these are in the library too. */
	lookupWith(templates: readonly [name: string, text: string][], snapshots: readonly unknown[]): TemplateLookup;
}

export interface BundlesDeps {
	readonly dataFolder: string;
	readonly productVersion: string;
	readonly blueprintFolders: BlueprintFolders;
	readonly library: BundleLibrary;
	readonly host: HostEngine;
	readonly tasks: Tasks;
	readonly events: AuditLog;
	readonly settings: SettingsStore;
	readonly log: Logger;
}
