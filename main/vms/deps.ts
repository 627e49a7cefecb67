import type { ChangeBus } from "../changes/change-bus.ts";
import type { AuditLog } from "../events/audit-log.ts";
import type { DiskPool } from "../images/disks/disk-pool.ts";
import type { LibvirtHost } from "../libvirt/host/index.ts";
import type { Logger } from "../log.ts";
import type { SettingsStore } from "../settings/settings-store.ts";
import type { SnapshotStore } from "../snapshots/index.ts";
import type { Tasks } from "../tasks/tasks.ts";
import type { SerialLines } from "./consoles/serial-lines.ts";

/** What the virtual machines stand on. */
export interface VmsDeps {
	readonly host: LibvirtHost;
	/** Serial lines, shared with the machines of ranges. */
	readonly lines: SerialLines;
	/** Id of this installation: what its VMs are marked with. */
	readonly installation: string;
	readonly tasks: Tasks;
	readonly events: AuditLog;
	readonly changes: ChangeBus;
	readonly settings: SettingsStore;
	/** The library's disk images, and its snapshots. */
	readonly disks: DiskPool;
	readonly snapshots: SnapshotStore;
	/** Names of a range and its machine by their ids; null for ids that nobody knows any more. */
	rangeOf(rangeId: string, machineId: string): { range: string; machine: string } | null;
	readonly log: Logger;
}
