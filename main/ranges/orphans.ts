import { listOwnDinds, removeDind } from "../dind/index.ts";
import type { RangesDeps } from "./deps.ts";
import type { RangeStore } from "./store.ts";

/** Objects of ours on the engine whose range is not in the database: a line of names for each such range. */
export async function findOrphans(deps: RangesDeps, store: RangeStore, signal: AbortSignal): Promise<string[]> {
	const left = await orphaned(deps, store, signal);
	const ofDocker = left.map(({ rangeName, container, volume, network }) => {
		const names = [container, volume, network].filter((name) => name !== null);
		return `${rangeName} (${names.join(", ")})`;
	});
	const vms = await orphanedVms(deps, store, signal);
	return [...ofDocker, ...vms.map(({ rangeId, domains }) => `VMs of range ${rangeId} (${domains.join(", ")})`)];
}

/** Gives the number of ranges of which something was left. */
export async function removeOrphans(deps: RangesDeps, store: RangeStore, signal: AbortSignal): Promise<number> {
	const host = deps.host.current();
	const left = await orphaned(deps, store, signal);
	const vms = await orphanedVms(deps, store, signal);
	for (const { rangeId, domains } of vms) {
		await deps.vms.remove(rangeId, signal);
		deps.events.record({
			severity: "info",
			type: "range.orphan.removed",
			actor: "engine",
			subject: { rangeId },
			message: `VMs of a range that is not known any more were removed: ${domains.join(", ")}.`,
		});
	}
	for (const { rangeId, rangeName } of left) {
		await removeDind(host, rangeId, signal);
		deps.events.record({
			severity: "info",
			type: "range.orphan.removed",
			actor: "engine",
			subject: { range: rangeName, rangeId },
			message: `What was left of ${rangeName} was removed.`,
		});
	}
	return new Set([...left, ...vms].map(({ rangeId }) => rangeId)).size;
}

async function orphanedVms(deps: RangesDeps, store: RangeStore, signal: AbortSignal) {
	const known = new Set(store.all().map((range) => range.id));
	return (await deps.vms.ranges(signal)).filter(({ rangeId }) => !known.has(rangeId));
}

async function orphaned(deps: RangesDeps, store: RangeStore, signal: AbortSignal) {
	const all = await listOwnDinds(deps.host.current(), deps.owner, signal);
	const known = new Set(store.all().map((range) => range.id));
	return all.filter((own) => !known.has(own.rangeId));
}
