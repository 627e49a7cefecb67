import { toErrorInfo } from "../../contract/errors.ts";
import type { Leftover, Leftovers } from "../../contract/leftovers.ts";
import { listOwnDinds, removeDind } from "../dind/index.ts";
import type { RangesDeps } from "./deps.ts";
import type { RangeStore } from "./store.ts";

/** Objects of ours on the engines whose range is not in the database. */
export async function findOrphans(deps: RangesDeps, store: RangeStore, signal: AbortSignal): Promise<Leftovers> {
	return await collect(
		ofDocker(deps, store, signal),
		ofLibvirt(deps, store, signal),
		filesOf(deps.vms.unusedFiles(signal)),
	);
}

/** Gives what was removed. */
export async function removeOrphans(deps: RangesDeps, store: RangeStore, signal: AbortSignal): Promise<Leftovers> {
	const say = ({ rangeId, range, names }: Orphan): void => {
		deps.events.record({
			severity: "info",
			type: "range.orphan.removed",
			actor: "engine",
			subject: { rangeId, ...(range === null ? {} : { range }) },
			message: `What was left of ${range ?? "a range that is not known any more"} was removed: ${names.join(", ")}.`,
		});
	};
	// The machines first: a card of theirs is plugged into the container's network.
	const vms = await collect(removing(ofLibvirt(deps, store, signal), (id) => deps.vms.remove(id, signal), say));
	const dinds = await collect(
		removing(ofDocker(deps, store, signal), (id) => removeDind(deps.host.current(), id, signal), say),
	);
	// What is on its way to libvirt is of no use to anybody yet, and must not be swept away.
	const isCalm = deps.tasks.running().length === 0;
	const files = await collect(filesOf(isCalm ? deps.vms.removeUnusedFiles(signal) : Promise.resolve([])));
	const parts = [dinds, vms, files];
	return { found: parts.flatMap(({ found }) => found), problems: parts.flatMap(({ problems }) => problems) };
}

type Orphan = Leftover & { readonly rangeId: string };

async function filesOf(names: Promise<string[]>): Promise<Leftover[]> {
	const all = await names;
	return all.length === 0 ? [] : [{ rangeId: null, range: null, provider: "libvirt", names: all }];
}

async function removing(
	looked: Promise<Orphan[]>,
	remove: (rangeId: string) => Promise<unknown>,
	say: (removed: Orphan) => void,
): Promise<Orphan[]> {
	const found = await looked;
	for (const one of found) {
		await remove(one.rangeId);
		say(one);
	}
	return found;
}

async function collect(...looks: Promise<Leftover[]>[]): Promise<Leftovers> {
	const all: Leftovers = { found: [], problems: [] };
	for (const result of await Promise.allSettled(looks)) {
		if (result.status === "fulfilled") all.found.push(...result.value);
		else all.problems.push(toErrorInfo(result.reason).message);
	}
	return all;
}

async function ofLibvirt(deps: RangesDeps, store: RangeStore, signal: AbortSignal): Promise<Orphan[]> {
	const known = new Set(store.all().map((range) => range.id));
	return (await deps.vms.ranges(signal))
		.filter(({ rangeId }) => !known.has(rangeId))
		.map(({ rangeId, domains }) => ({ rangeId, range: null, provider: "libvirt", names: [...domains] }));
}

async function ofDocker(deps: RangesDeps, store: RangeStore, signal: AbortSignal): Promise<Orphan[]> {
	const all = await listOwnDinds(deps.host.current(), deps.owner, signal);
	const known = new Set(store.all().map((range) => range.id));
	return all
		.filter((own) => !known.has(own.rangeId))
		.map(({ rangeId, rangeName, container, volume, network }) => ({
			...{ rangeId, range: rangeName, provider: "docker" },
			names: [container, volume, network].filter((name) => name !== null),
		}));
}
