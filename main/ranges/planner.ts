import type { ProviderName } from "../../contract/ranges.ts";
import type { GraphStep } from "./graph.ts";

/** What the planner reads of a resolved blueprint. */
export interface PlannedRange {
	readonly networks: readonly { readonly name: string; readonly subnet: string }[];
	readonly machines: readonly PlannedMachine[];
}

export interface PlannedMachine {
	readonly name: string;
	readonly provider: ProviderName;
	/** A container's image, or the disk of a VM. */
	readonly image: string;
	readonly nics: readonly { readonly network: string; readonly ip: string }[];
	readonly dependsOn: readonly { readonly machine: string; readonly condition: "started" | "ready" }[];
	readonly ready: { readonly kind: string } | null;
	readonly postBoot: readonly string[];
}

/** A step of a range's operations. Every step is idempotent: run again, it finds its work done. */
export type RangeStep = GraphStep &
	(
		| { readonly kind: "dind-image" | "outer-network" | "volume" | "container" | "inner-engine" | "wall" | "filter" }
		| { readonly kind: "layers" | "clone" }
		| { readonly kind: "stop-container" }
		| { readonly kind: "host-image" | "image" | "disk"; readonly image: string }
		| { readonly kind: "network"; readonly network: string }
		| { readonly kind: "create" | "start" | "ready" | "stop"; readonly machine: string }
	);

/**
 * The whole deploy. The range's images are in the layer store before its
 * container starts, so that the container's engine begins with them; one that
 * cannot come that way is sent into the range later. Machines are created as
 * soon as their own image and networks are there, and one starts when the filter
 * stands and what it depends on is up. Nothing starts before the filter.
 */
export function planDeploy(range: PlannedRange): RangeStep[] {
	const images = imagesOf(range.machines, "docker");
	const disks = imagesOf(range.machines, "libvirt");
	return [
		...containerSteps(["clone"]),
		{
			id: "layers",
			title: "Bring the images into the layer store",
			after: ["dind-image", ...images.map((image) => `host-image:${image}`)],
			kind: "layers",
		},
		{ id: "clone", title: "Link the images into the range", after: ["layers", "volume"], kind: "clone" },
		...images.flatMap((image): RangeStep[] => [
			{ id: `host-image:${image}`, title: `Find ${image} on the host`, after: [], kind: "host-image", image },
			{
				id: `image:${image}`,
				title: `Send ${image} into the range`,
				after: ["inner-engine", `host-image:${image}`],
				kind: "image",
				image,
			},
		]),
		...disks.map((image): RangeStep => diskStep(image)),
		...range.networks.map(
			({ name, subnet }): RangeStep => ({
				id: `network:${name}`,
				title: `Create network ${name} (${subnet})`,
				after: ["inner-engine"],
				kind: "network",
				network: name,
			}),
		),
		...range.machines.flatMap((machine): RangeStep[] => [
			{
				id: `create:${machine.name}`,
				title: `Create ${machine.name} (${machine.nics.map((nic) => nic.ip).join(", ")})`,
				after: [sourceStep(machine), ...new Set(machine.nics.map((nic) => `network:${nic.network}`))],
				kind: "create",
				machine: machine.name,
			},
			...startSteps(machine, [`create:${machine.name}`, "filter", "wall"], () => true),
		]),
	];
}

/** The images of the machines of one provider, each once. */
export function imagesOf(machines: readonly Pick<PlannedMachine, "image" | "provider">[], of: ProviderName): string[] {
	return [...new Set(machines.filter(({ provider }) => provider === of).map(({ image }) => image))];
}

/** The base that the disks of VMs are linked to. */
export function diskStep(image: string): RangeStep {
	return { id: `disk:${image}`, title: `Bring the disk ${image} to libvirt`, after: [], kind: "disk", image };
}

function sourceStep({ provider, image }: PlannedMachine): string {
	return provider === "libvirt" ? `disk:${image}` : `image:${image}`;
}

/** Brings a stopped range up again: its container, the filter, then these of its machines, by their dependencies. */
export function planStart(range: PlannedRange, machines: ReadonlySet<string>): RangeStep[] {
	return [...containerSteps(), ...machineStarts(range, machines, ["filter", "wall"])];
}

/** Starts some machines of a range that runs. What they depend on outside of these is taken as it is. */
export function planMachineStart(range: PlannedRange, machines: ReadonlySet<string>): RangeStep[] {
	return machineStarts(range, machines, []);
}

/** Stops machines, the dependents before what they depend on, then the range's container. */
export function planStop(range: PlannedRange): RangeStep[] {
	const stops = planMachineStop(range, new Set(range.machines.map((machine) => machine.name)));
	return [
		...stops,
		{
			id: "stop-container",
			title: "Stop the range's container",
			after: stops.map((step) => step.id),
			kind: "stop-container",
		},
	];
}

/** Stops some machines, the dependents among them first. */
export function planMachineStop(range: PlannedRange, machines: ReadonlySet<string>): RangeStep[] {
	const stopped = range.machines.filter((machine) => machines.has(machine.name));
	return stopped.map((machine) => ({
		id: `stop:${machine.name}`,
		title: `Stop ${machine.name}`,
		after: stopped
			.filter((other) => other.dependsOn.some((dependency) => dependency.machine === machine.name))
			.map((other) => `stop:${other.name}`),
		waits: true,
		kind: "stop",
		machine: machine.name,
	}));
}

function containerSteps(before: string[] = []): RangeStep[] {
	return [
		{ id: "dind-image", title: "Find the range's engine image", after: [], kind: "dind-image" },
		{ id: "outer-network", title: "Create the range's outer network", after: ["dind-image"], kind: "outer-network" },
		{ id: "volume", title: "Create the range's data volume", after: ["dind-image"], kind: "volume" },
		{
			id: "container",
			title: "Start the range's container",
			after: ["outer-network", "volume", ...before],
			kind: "container",
		},
		{
			id: "inner-engine",
			title: "Wait for the inner engine",
			after: ["container"],
			waits: true,
			kind: "inner-engine",
		},
		// The outer bridge's name is known before the bridge, and its network is what a clean-up finds the wall by.
		{ id: "wall", title: "Raise the wall outside the range", after: ["outer-network"], kind: "wall" },
		{ id: "filter", title: "Apply the filter rules", after: ["inner-engine"], kind: "filter" },
	];
}

function machineStarts(range: PlannedRange, machines: ReadonlySet<string>, after: string[]): RangeStep[] {
	return range.machines
		.filter((machine) => machines.has(machine.name))
		.flatMap((machine) => startSteps(machine, after, (name) => machines.has(name)));
}

function startSteps(machine: PlannedMachine, after: string[], isPlanned: (name: string) => boolean): RangeStep[] {
	const { name } = machine;
	const dependencies = machine.dependsOn
		.filter((dependency) => isPlanned(dependency.machine))
		.map((dependency) => `${dependency.condition === "ready" ? "ready" : "start"}:${dependency.machine}`);
	return [
		{ id: `start:${name}`, title: `Start ${name}`, after: [...after, ...dependencies], kind: "start", machine: name },
		{
			id: `ready:${name}`,
			title: machine.ready === null ? `See that ${name} runs` : `Wait until ${name} is ready`,
			after: [`start:${name}`],
			waits: true,
			kind: "ready",
			machine: name,
		},
	];
}
