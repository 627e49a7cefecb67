import type { DockerEngine } from "../docker/engine.ts";
import type { Logger } from "../log.ts";
import type { RangeVms } from "../providers/libvirt/range-vms.ts";
import type { Ranges } from "../ranges/index.ts";
import { clearInner } from "./save-machines.ts";
import { heldSnapshots, removeSnapshotImage } from "./snapshot-image.ts";

/** Removes this installation's images of snapshots that are not in its library. Gives their number. */
export async function sweepHost(
	host: DockerEngine,
	owner: string,
	known: ReadonlySet<string>,
	signal: AbortSignal,
): Promise<number> {
	let removed = 0;
	for (const id of await heldSnapshots(host, signal, owner)) {
		if (!known.has(id) && (await removeSnapshotImage(host, id, signal))) removed++;
	}
	return removed;
}

/** The same in the engines of ranges that run; in others the next snapshot does it. */
export async function sweepRanges(ranges: Ranges, vms: RangeVms, log: Logger, signal: AbortSignal): Promise<void> {
	for (const { id, name, state, taskId } of ranges.list()) {
		if ((state !== "running" && state !== "degraded") || taskId !== null) continue;
		try {
			const site = await ranges.site(id, signal);
			await clearInner(site, site, signal);
			for (const { spec, engineId } of site.machines) {
				if (spec.provider === "libvirt" && engineId !== null) await vms.disks.join(engineId, signal);
			}
		} catch (error) {
			signal.throwIfAborted();
			log.warn({ error, range: name }, "what a snapshot may have left in a range could not be looked for");
		}
	}
}
