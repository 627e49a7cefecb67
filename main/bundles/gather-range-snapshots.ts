import { HomerangeError } from "../../contract/errors.ts";
import type { BundleLibrary, CarriedRangeSnapshot } from "./deps.ts";
import { refuseUnsupported } from "./gather.ts";

/**
 * The snapshots of these ranges with their parts, each once. Errors: `SNAPSHOT_NOT_FOUND`, and `UNSUPPORTED` for one with a
 * machine that a bundle cannot hold.
 */
export function gatherRangeSnapshots(refs: readonly string[], library: BundleLibrary): CarriedRangeSnapshot[] {
	const gathered = new Map<string, CarriedRangeSnapshot>();
	for (const ref of refs) {
		const { id, name, machines, document, parts } = library.rangeSnapshot(ref);
		for (const machine of machines) refuseUnsupported(machine);
		const carried = { id, name, document: document(), parts: parts() };
		const fault = library.faultOfRangeSnapshot(carried);
		if (fault !== null) {
			throw new HomerangeError("UNSUPPORTED", `The snapshot ${name} cannot be carried: it ${fault}.`, {
				remedy: "Restore it, and take a new snapshot of the range.",
				place: name,
			});
		}
		gathered.set(id, carried);
	}
	return [...gathered.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
}
