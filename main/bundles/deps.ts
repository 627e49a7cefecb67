import type { BlueprintFolders, ResolvedMachine, TemplateLookup } from "../blueprint/index.ts";
import type { HostEngine } from "../docker/host-engine.ts";
import type { AuditLog } from "../events/audit-log.ts";
import type { Logger } from "../log.ts";
import type { SettingsStore } from "../settings/settings-store.ts";
import type { Tasks } from "../tasks/tasks.ts";

/** How an entry of the library stands to the bundle's of the same name. */
export type Standing = "absent" | "same" | "different";

/** A snapshot of a machine as a document; it holds more than what is named here. */
export interface SnapshotFacts {
	readonly id: string;
	readonly name: string;
	readonly image: string;
}

/** A snapshot of a machine on its way, and what it is called. */
export interface CarriedSnapshot {
	readonly id: string;
	readonly name: string;
	readonly document: unknown;
}

/** A snapshot of a range, with those of its machines. */
export interface CarriedRangeSnapshot extends CarriedSnapshot {
	readonly parts: readonly CarriedSnapshot[];
}

/** What a bundle takes out of the library and brings into it, by names and documents: the library knows what is in them. */
export interface BundleLibrary {
	readonly lookup: TemplateLookup;
	/** The template as a file of templates/machines. */
	templateText(name: string): string;
	compareTemplate(name: string, text: string): Standing;
	putTemplate(name: string, text: string): void;
	/** The snapshot of a name as a document. */
	snapshotDocument(name: string): CarriedSnapshot;
	/** What a document says. Errors: `INPUT_INVALID` when it is none that this version knows. */
	snapshotFacts(document: unknown): SnapshotFacts;
	compareSnapshot(document: unknown): Standing;
	/** Takes the place of what stands in its way. The id is what the engine here calls its image. */
	putSnapshot(document: unknown, imageId: string): void;
	/** Errors: `IN_USE` when others stand on what it would replace, `NAME_TAKEN` by the snapshot of a range. */
	refuseReplacing(document: unknown): void;
	/** By name or id. Errors: `SNAPSHOT_NOT_FOUND`. Documents are made of one whose machines are containers. */
	rangeSnapshot(ref: string): {
		readonly id: string;
		readonly name: string;
		readonly machines: readonly ResolvedMachine[];
		document(): unknown;
		parts(): CarriedSnapshot[];
	};
	/** Why it is none, or not of these parts, in words that follow its name. Errors: `INPUT_INVALID`. */
	faultOfRangeSnapshot(carried: CarriedRangeSnapshot): string | null;
	compareRangeSnapshot(carried: CarriedRangeSnapshot): Standing;
	refuseReplacingRangeSnapshot(carried: CarriedRangeSnapshot): void;
	/** With its parts, in the place of what stands in its way. The ids are what the engine here calls the images. */
	putRangeSnapshot(carried: CarriedRangeSnapshot, imageIds: ReadonlyMap<string, string>): void;
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
