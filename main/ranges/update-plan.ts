import type { GraphStep } from "./graph.ts";
import { diskStep, imagesOf, type PlannedMachine, planDeploy, planMachineStart, type RangeStep } from "./planner.ts";
import type { MachineRecord, RangeRecord } from "./record.ts";
import { isUp } from "./states.ts";

/** What an update does beyond the steps of every operation. */
export type UpdateStep =
	| RangeStep
	| (GraphStep &
			(
				| { readonly kind: "close" | "open" | "limits" }
				| { readonly kind: "remove-machine"; readonly container: string; readonly engineId: string }
				| { readonly kind: "remove-network"; readonly network: string; readonly engineId: string }
			));

/** What the range's inner engine still holds and the record does not know any more. */
export interface Stale {
	readonly machines: readonly { readonly name: string; readonly engineId: string }[];
	readonly networks: readonly { readonly name: string; readonly engineId: string }[];
}

export interface UpdateState {
	readonly range: Pick<RangeRecord, "blueprint" | "machines" | "meanwhile">;
	readonly stale: Stale;
	/** Networks of the blueprint that the inner engine does not hold. */
	readonly missingNetworks: ReadonlySet<string>;
	/** Whether the range's container has other limits than the blueprint's. */
	readonly changesLimits: boolean;
}

/** Machines without a container: those that come, and those that are made again. */
export function pendingMachines({ machines }: Pick<RangeRecord, "machines">): MachineRecord[] {
	return machines.filter((machine) => machine.engineId === null);
}

/** Looks for images on the host, before anything is recorded or removed. */
export function planImageSearch(machines: readonly Pick<PlannedMachine, "image" | "provider">[]): RangeStep[] {
	const search = (image: string): RangeStep => ({
		id: `host-image:${image}`,
		title: `Find ${image} on the host`,
		after: [],
		kind: "host-image",
		image,
	});
	return [...imagesOf(machines, "docker").map(search), ...imagesOf(machines, "libvirt").map(diskStep)];
}

/**
 * Makes a range what its record says, whatever of that was done before: what goes is closed off, then removed;
 * what comes is made; then the new traffic is opened, and then machines start. What is as recorded is not in the
 * plan, and so not touched. Pure.
 */
export function planUpdate({ range, stale, missingNetworks, changesLimits }: UpdateState): UpdateStep[] {
	const pending = pendingMachines(range);
	const names = new Set(pending.map(({ spec }) => spec.name));
	const make = planDeploy(range.blueprint).filter((step) => isMake(step, names, missingNetworks, pending));
	const images = make.filter((step) => step.kind === "image" || step.kind === "disk").map(({ id }) => id);
	const closes = range.meanwhile === null ? [] : [closeStep];
	// Nothing is lost before everything that takes its place is there.
	const removes = removeSteps(stale, [...images, ...closes.map(({ id }) => id)]);
	const removed = removes.map(({ id }) => id);
	const limits: UpdateStep[] = changesLimits
		? [{ id: "limits", title: "Set the range's limits", after: removed, kind: "limits" }]
		: [];
	const opens: UpdateStep[] =
		range.meanwhile === null
			? []
			: [{ id: "open", title: "Open what the new blueprint allows", after: removed, kind: "open" }];
	const kept = new Set([...make.map(({ id }) => id)]);
	const made = make.map((step) => ({
		...step,
		after:
			step.kind === "image" || step.kind === "disk" ? [] : [...step.after.filter((id) => kept.has(id)), ...removed],
	}));
	const before = [...opens, ...limits].map(({ id }) => id);
	const starting = range.machines.filter(
		(machine) => machine.wanted === "running" && (!isUp(machine.state) || machine.reason !== null),
	);
	const starts = planMachineStart(range.blueprint, new Set(starting.map(({ spec }) => spec.name))).map((step) => {
		if (step.kind !== "start") return step;
		const own = names.has(step.machine) ? [`create:${step.machine}`] : [];
		return { ...step, after: [...step.after, ...before, ...removed, ...own] };
	});
	return [...closes, ...made, ...removes, ...limits, ...opens, ...starts];
}

const closeStep: UpdateStep = { id: "close", title: "Close what the update takes away", after: [], kind: "close" };

function isMake(
	step: RangeStep,
	machines: ReadonlySet<string>,
	networks: ReadonlySet<string>,
	pending: readonly MachineRecord[],
): boolean {
	if (step.kind === "create") return machines.has(step.machine);
	if (step.kind === "network") return networks.has(step.network);
	return (step.kind === "image" || step.kind === "disk") && pending.some(({ spec }) => spec.image === step.image);
}

function removeSteps({ machines, networks }: Stale, after: readonly string[]): UpdateStep[] {
	const containers = machines.map(
		({ name, engineId }): UpdateStep => ({
			id: `remove:${engineId}`,
			title: `Remove ${name} as it was`,
			after,
			waits: true,
			kind: "remove-machine",
			container: name,
			engineId,
		}),
	);
	return [
		...containers,
		...networks.map(
			({ name, engineId }): UpdateStep => ({
				id: `remove-network:${engineId}`,
				title: `Remove network ${name} as it was`,
				after: [...after, ...containers.map(({ id }) => id)],
				kind: "remove-network",
				network: name,
				engineId,
			}),
		),
	];
}
