import type { BlueprintFolders, ResolvedBlueprint, TemplateLookup } from "../blueprint/index.ts";
import type { ChangeBus } from "../changes/change-bus.ts";
import type { Database } from "../db/open.ts";
import type { HostEngine } from "../docker/host-engine.ts";
import type { AuditLog } from "../events/audit-log.ts";
import type { Logger } from "../log.ts";
import type { RangeVms } from "../providers/libvirt/range-vms.ts";
import type { SettingsStore } from "../settings/settings-store.ts";
import type { Tasks } from "../tasks/tasks.ts";

/** What the ranges stand on. */
export interface RangesDeps {
	readonly host: HostEngine;
	readonly db: Database;
	readonly tasks: Tasks;
	readonly events: AuditLog;
	readonly settings: SettingsStore;
	readonly changes: ChangeBus;
	readonly library: TemplateLookup;
	/** What a range's snapshot holds, by its name or id. Errors: `SNAPSHOT_NOT_FOUND`. */
	savedRange(ref: string): SavedRange;
	readonly blueprintFolders: BlueprintFolders;
	/** Machines that are no containers. */
	readonly vms: RangeVms;
	/** The installation's id: what carries another one is not ours. */
	readonly owner: string;
	readonly log: Logger;
	/** Told of each step before it begins and after it ended; for tests that end the process there. */
	readonly onStep?: (step: { rangeId: string; id: string; moment: "begun" | "ended" }) => void;
}

/** A range as it was saved: its blueprint, in which each machine starts from its own snapshot. */
export interface SavedRange {
	readonly file: string;
	readonly text: string;
	readonly blueprint: ResolvedBlueprint;
}
