import type { Template, TemplateInput } from "../../contract/library.ts";
import type { Machine } from "../../contract/ranges.ts";
import type { ChangeBus } from "../changes/change-bus.ts";
import type { Database } from "../db/open.ts";
import type { HostEngine } from "../docker/host-engine.ts";
import type { AuditLog } from "../events/audit-log.ts";
import type { Logger } from "../log.ts";
import type { SettingsStore } from "../settings/settings-store.ts";
import type { Tasks } from "../tasks/tasks.ts";

/** A range, as far as it says which images it uses. */
export interface UsingRange {
	readonly name: string;
	readonly machines: readonly Pick<Machine, "image" | "provider">[];
}

/** What the image cache stands on. */
export interface ImagesDeps {
	readonly host: HostEngine;
	readonly db: Database;
	readonly tasks: Tasks;
	readonly events: AuditLog;
	readonly settings: SettingsStore;
	readonly changes: ChangeBus;
	readonly log: Logger;
	readonly dataFolder: string;
	readonly ranges: () => readonly UsingRange[];
	readonly createTemplate: (input: TemplateInput, actor: string) => Template;
	readonly templates: () => readonly Pick<Template, "name" | "image" | "provider">[];
}
