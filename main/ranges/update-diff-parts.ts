import { formatBytes } from "../../contract/format-bytes.ts";
import type { RangeChange } from "../../contract/range-update.ts";
import type { Route } from "../../contract/ranges.ts";
import type { ResolvedBlueprint } from "../blueprint/resolved.ts";

/** Ports of each pair of networks, sorted and joined; empty: everything. What the order of `routes` cannot change. */
export function routeMap(
	routes: readonly Route[],
): Map<string, { from: string; to: string; ports: readonly string[] }> {
	const byPair = new Map<string, { from: string; to: string; ports: readonly string[] }>();
	for (const { from, to, ports } of routes) {
		const key = `${from} ${to}`;
		const present = byPair.get(key);
		const isAll = ports.length === 0 || present?.ports.length === 0;
		const merged = isAll ? [] : [...new Set([...(present?.ports ?? []), ...ports])].sort();
		byPair.set(key, { from, to, ports: merged });
	}
	return byPair;
}

export function routeChanges(a: readonly Route[], b: readonly Route[]): RangeChange[] {
	const [before, after] = [routeMap(a), routeMap(b)];
	const changes: RangeChange[] = [];
	const tell = (kind: RangeChange["kind"], message: string) =>
		changes.push({ kind, part: "routes", name: null, message, losesData: false });
	for (const [key, { from, to, ports }] of before) {
		if (!after.has(key)) tell("remove", `The route from ${from} to ${to} (${inWords(ports)}) is removed.`);
	}
	for (const [key, { from, to, ports }] of after) {
		const old = before.get(key);
		if (old === undefined) tell("add", `The route from ${from} to ${to} (${inWords(ports)}) is added.`);
		else if (inWords(old.ports) !== inWords(ports)) {
			tell("change", `The route from ${from} to ${to}: ${inWords(old.ports)} becomes ${inWords(ports)}.`);
		}
	}
	return changes;
}

const inWords = (ports: readonly string[]): string => (ports.length === 0 ? "everything" : ports.join(", "));

export function limitChanges(a: ResolvedBlueprint["limits"], b: ResolvedBlueprint["limits"]): RangeChange[] {
	const disk = (bytes: number | null) => (bytes === null ? "unlimited" : formatBytes(bytes));
	const words = [
		...(a.cpus === b.cpus ? [] : [`CPUs ${a.cpus} become ${b.cpus}`]),
		...(a.memoryBytes === b.memoryBytes
			? []
			: [`memory ${formatBytes(a.memoryBytes)} becomes ${formatBytes(b.memoryBytes)}`]),
		...(a.diskBytes === b.diskBytes ? [] : [`disk ${disk(a.diskBytes)} becomes ${disk(b.diskBytes)}`]),
	];
	if (words.length === 0) return [];
	const message = `The range's limits: ${words.join(", ")}.`;
	return [{ kind: "change", part: "limits", name: null, message, losesData: false }];
}
