import type { MachineDefaults, Template } from "../../contract/library.ts";
import type { ProviderName } from "../../contract/ranges.ts";

/** A template as it is written; who uses it is not its own to say. */
export type MachineTemplate = Omit<Template, "users">;

/** What a machine that starts from a snapshot begins with. */
export interface SnapshotSource {
	readonly name: string;
	readonly provider: ProviderName;
	readonly image: string;
	readonly defaults: MachineDefaults;
}

/** What parsing needs to know of the library. Pure look-ups: a parse reads no file and asks no engine. */
export interface TemplateLookup {
	template(name: string): MachineTemplate | null;
	/** For hints, sorted. */
	templateNames(): readonly string[];
	snapshot(name: string): SnapshotSource | null;
	snapshotNames(): readonly string[];
}

/** A lookup over what was loaded once; later entries win over earlier ones of the same name. */
export function createTemplateLookup(
	templates: readonly MachineTemplate[],
	snapshots: readonly SnapshotSource[] = [],
): TemplateLookup {
	const templateOf = new Map(templates.map((template) => [template.name, template]));
	const snapshotOf = new Map(snapshots.map((snapshot) => [snapshot.name, snapshot]));
	return {
		template: (name) => templateOf.get(name) ?? null,
		templateNames: () => [...templateOf.keys()].sort(),
		snapshot: (name) => snapshotOf.get(name) ?? null,
		snapshotNames: () => [...snapshotOf.keys()].sort(),
	};
}
