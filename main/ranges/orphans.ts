import { toErrorInfo } from "../../contract/errors.ts";
import type { Leftover, Leftovers } from "../../contract/leftovers.ts";
import { listOwnDinds, removeDind } from "../dind/index.ts";
import type { RangesDeps } from "./deps.ts";
import type { RangeStore } from "./store.ts";

/** Objects of ours on the engines whose range is not in the database. */
export async function findOrphans(deps: RangesDeps, store: RangeStore, signal: AbortSignal): Promise<Leftovers> {
	return await both(ofDocker(deps, store, signal), ofLibvirt(deps, store, signal));
}

/** Gives what was removed. */
export async function removeOrphans(deps: RangesDeps, store: RangeStore, signal: AbortSignal): Promise<Leftovers> {
	const say = ({ rangeId, range, names }: Leftover): void => {
		deps.events.record({
			severity: "info",
			type: "range.orphan.removed",
			actor: "engine",
			subject: { rangeId, ...(range === null ? {} : { range }) },
			message: `What was left of ${range ?? "a range that is not known any more"} was removed: ${names.join(", ")}.`,
		});
	};
	// The machines first: a card of theirs is plugged into the container's network.
	const vms = await both(removing(ofLibvirt(deps, store, signal), (id) => deps.vms.remove(id, signal), say));
	const dinds = await both(
		removing(ofDocker(deps, store, signal), (id) => removeDind(deps.host.current(), id, signal), say),
	);
	return { found: [...dinds.found, ...vms.found], problems: [...dinds.problems, ...vms.problems] };
}

async function removing(
	looked: Promise<Leftover[]>,
	remove: (rangeId: string) => Promise<unknown>,
	say: (removed: Leftover) => void,
): Promise<Leftover[]> {
	const found = await looked;
	for (const one of found) {
		await remove(one.rangeId);
		say(one);
	}
	return found;
}

async function both(...looks: Promise<Leftover[]>[]): Promise<Leftovers> {
	const all: Leftovers = { found: [], problems: [] };
	for (const result of await Promise.allSettled(looks)) {
		if (result.status === "fulfilled") all.found.push(...result.value);
		else all.problems.push(toErrorInfo(result.reason).message);
	}
	return all;
}

async function ofLibvirt(deps: RangesDeps, store: RangeStore, signal: AbortSignal): Promise<Leftover[]> {
	const known = new Set(store.all().map((range) => range.id));
	return (await deps.vms.ranges(signal))
		.filter(({ rangeId }) => !known.has(rangeId))
		.map(({ rangeId, domains }) => ({ rangeId, range: null, provider: "libvirt", names: [...domains] }));
}

async function ofDocker(deps: RangesDeps, store: RangeStore, signal: AbortSignal): Promise<Leftover[]> {
	const all = await listOwnDinds(deps.host.current(), deps.owner, signal);
	const known = new Set(store.all().map((range) => range.id));
	return all
		.filter((own) => !known.has(own.rangeId))
		.map(({ rangeId, rangeName, container, volume, network }) => ({
			...{ rangeId, range: rangeName, provider: "docker" },
			names: [container, volume, network].filter((name) => name !== null),
		}));
}
