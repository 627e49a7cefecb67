import type { RangeChange } from "../../contract/range-update.ts";
import type { ResolvedBlueprint, ResolvedMachine, ResolvedNetwork } from "../blueprint/resolved.ts";
import { machineDifference } from "./update-diff-machine.ts";
import { limitChanges, routeChanges } from "./update-diff-parts.ts";

/** A blueprint with the bytes of its files: what a range is made from. */
export interface RangeContent {
	readonly blueprint: ResolvedBlueprint;
	readonly sources: ReadonlyMap<string, Uint8Array>;
}

export interface RangeDiff {
	readonly changes: readonly RangeChange[];
	/** Networks that stay by name and are made again, because an engine cannot change them. */
	readonly recreatedNetworks: ReadonlySet<string>;
	/** Machines that stay by name and get a new container, and with it an empty disk. */
	readonly recreatedMachines: ReadonlySet<string>;
	/** True when what may flow differs: networks, their internet, routes, or who routes. */
	readonly changesTraffic: boolean;
}

/** What becomes different when a range made from one content is to be as the other says. Pure. */
export function diffRange(from: RangeContent, to: RangeContent): RangeDiff {
	const [a, b] = [from.blueprint, to.blueprint];
	const routerMoves = (a.router === null) !== (b.router === null);
	const before = new Map(a.networks.map((network) => [network.name, network]));
	const after = new Map(b.networks.map((network) => [network.name, network]));
	const [routedBefore, routedAfter] = [routedNetworks(a), routedNetworks(b)];
	const recreatedNetworks = new Set(
		b.networks.flatMap((network) => {
			const old = before.get(network.name);
			if (old === undefined) return [];
			// Who holds the gateway is decided when a network is made.
			const hasSameGateway = routedBefore.has(network.name) === routedAfter.has(network.name);
			const isSame = hasSameGateway && old.subnet === network.subnet && old.gateway === network.gateway;
			return isSame ? [] : [network.name];
		}),
	);
	const machines = machineChanges(from, to, recreatedNetworks);
	const traffic = [
		...a.networks.filter(({ name }) => !after.has(name)).map(networkRemoved),
		...b.networks.flatMap((network) => networkChanges(before.get(network.name), network, recreatedNetworks)),
		...routeChanges(a.routes, b.routes),
		...(routerMoves ? [routerChange(b)] : []),
	];
	return {
		changes: [...traffic, ...machines.changes, ...limitChanges(a.limits, b.limits), ...descriptionChanges(a, b)],
		recreatedNetworks,
		recreatedMachines: machines.recreated,
		changesTraffic: traffic.length > 0,
	};
}

/** Networks whose gateway a router machine holds. */
function routedNetworks({ machines }: ResolvedBlueprint): Set<string> {
	const routers = machines.filter(({ role }) => role === "router");
	return new Set(routers.flatMap(({ nics }) => nics.map(({ network }) => network)));
}

function networkRemoved({ name, subnet }: ResolvedNetwork): RangeChange {
	return change("remove", "network", name, `The network ${name} (${subnet}) is removed.`);
}

function networkChanges(
	before: ResolvedNetwork | undefined,
	after: ResolvedNetwork,
	recreated: ReadonlySet<string>,
): RangeChange[] {
	const { name } = after;
	if (before === undefined) {
		const internet = after.internet ? ", with internet" : "";
		return [change("add", "network", name, `The network ${name} (${after.subnet}) is added${internet}.`)];
	}
	const words = [
		...(before.subnet === after.subnet ? [] : [`subnet ${before.subnet} becomes ${after.subnet}`]),
		...(before.gateway === after.gateway ? [] : [`gateway ${before.gateway} becomes ${after.gateway}`]),
		...(before.internet === after.internet ? [] : [after.internet ? "gets internet" : "loses internet"]),
		...(before.isolated === after.isolated ? [] : [after.isolated ? "becomes isolated" : "is no longer isolated"]),
	];
	if (recreated.has(name)) {
		const what = words.length === 0 ? "made again" : `${words.join(", ")}; it is made again`;
		return [change("recreate", "network", name, `${name}: ${what}, with the machines on it.`)];
	}
	return words.length === 0 ? [] : [change("change", "network", name, `${name}: ${words.join(", ")}.`)];
}

function routerChange({ router }: ResolvedBlueprint): RangeChange {
	if (router === null) return change("remove", "router", null, "The range's own kernel routes in place of the router.");
	return change("add", "router", null, `A router machine (${router.image}) routes in place of the range's own kernel.`);
}

function machineChanges(
	from: RangeContent,
	to: RangeContent,
	recreatedNetworks: ReadonlySet<string>,
): { changes: RangeChange[]; recreated: Set<string> } {
	const before = new Map(from.blueprint.machines.map((machine) => [machine.name, machine]));
	const after = new Set(to.blueprint.machines.map(({ name }) => name));
	const recreated = new Set<string>();
	const changes: RangeChange[] = [];
	for (const machine of from.blueprint.machines) {
		if (after.has(machine.name)) continue;
		const message = `The machine ${machine.name} is removed with its disk.`;
		changes.push({ ...change("remove", partOf(machine), machine.name, message), losesData: true });
	}
	for (const machine of to.blueprint.machines) {
		const { name } = machine;
		const old = before.get(name);
		if (old === undefined) {
			const where = machine.nics.map((nic) => `${nic.network} ${nic.ip}`).join(", ");
			changes.push(change("add", partOf(machine), name, `The machine ${name} (${where}) is added.`));
			continue;
		}
		const found = machineDifference(old, machine, { from: from.sources, to: to.sources });
		const moved = machine.nics.map((nic) => nic.network).filter((network) => recreatedNetworks.has(network));
		const reasons = [...found.recreate, ...moved.map((network) => `its network ${network} is made again`)];
		const words = [...reasons, ...found.live].join("; ");
		if (reasons.length > 0) {
			recreated.add(name);
			changes.push({ ...change("recreate", partOf(machine), name, `${name}: ${words}.`), losesData: true });
		} else if (words !== "") changes.push(change("change", partOf(machine), name, `${name}: ${words}.`));
	}
	return { changes, recreated };
}

const partOf = ({ role }: ResolvedMachine): RangeChange["part"] => (role === "router" ? "router" : "machine");

function descriptionChanges(a: ResolvedBlueprint, b: ResolvedBlueprint): RangeChange[] {
	const isSame =
		a.title === b.title &&
		a.description === b.description &&
		a.author === b.author &&
		JSON.stringify(a.tags) === JSON.stringify(b.tags);
	return isSame ? [] : [change("change", "description", null, "The title, description, author or tags change.")];
}

function change(
	kind: RangeChange["kind"],
	part: RangeChange["part"],
	name: string | null,
	message: string,
): RangeChange {
	return { kind, part, name, message, losesData: false };
}
