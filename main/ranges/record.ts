import { z } from "zod";
import { HomerangeError } from "../../contract/errors.ts";
import {
	type IsolationProfile,
	isolationProfile,
	type Machine,
	type MachineState,
	type RangeDetail,
	type RangeState,
	type RangeSummary,
} from "../../contract/ranges.ts";
import type { ResolvedBlueprint, ResolvedMachine } from "../blueprint/resolved.ts";
import type { LayersRecord } from "../layers/index.ts";
import { isUp, type MachineWanted, type RangeWanted } from "./states.ts";
import type { Traffic } from "./update-meanwhile.ts";

/** The objects of a range on the host engine, and the version of the inner engine once it answered. */
export const recordedDind = z.object({
	rangeId: z.string(),
	container: z.string(),
	volume: z.string(),
	network: z.string(),
	subnet: z.string(),
	image: z.string(),
	profile: isolationProfile,
	engine: z.string().nullable(),
});
export type RecordedDind = z.infer<typeof recordedDind>;

export interface MachineRecord {
	readonly id: string;
	spec: ResolvedMachine;
	state: MachineState;
	reason: string | null;
	wanted: MachineWanted;
	engineId: string | null;
}

/** A range as the store keeps it: what was asked for, and what is true now. */
export interface RangeRecord {
	readonly id: string;
	readonly name: string;
	readonly createdAt: string;
	blueprint: ResolvedBlueprint;
	/** Bridge of each network in the range's network namespace; it stays when networks come and go around it. */
	bridges: ReadonlyMap<string, string>;
	/** What may flow while an update is under way, in place of what the blueprint says; null: as the blueprint says. */
	meanwhile: Traffic | null;
	state: RangeState;
	reason: string | null;
	/** Why it was paused by the product itself; shown while it is paused, and kept nowhere else. */
	held?: string | null;
	wanted: RangeWanted;
	/** The operation that died half-way. */
	interrupted: string | null;
	profile: IsolationProfile | null;
	profileReason: string | null;
	dind: RecordedDind | null;
	/** How its images came to it; null before that is known, and for ranges of before there was a choice. */
	layers: LayersRecord | null;
	machines: readonly MachineRecord[];
}

export const machineId = (rangeId: string, name: string): string => `${rangeId}-${name}`;

/** Name of a network's bridge in the range, known before the network exists, so that rules can name it first. */
export function bridgeOf(range: Pick<RangeRecord, "bridges">, network: string): string {
	const bridge = range.bridges.get(network);
	if (bridge === undefined) throw new Error(`the range has no network ${network}`);
	return bridge;
}

/**
 * Bridges for these networks: those that have one keep it, the others get the first free names. A network that is
 * `remade` gets a new one, so that what is left of the old network can be told from it.
 */
export function assignBridges(
	networks: readonly { readonly name: string }[],
	present: ReadonlyMap<string, string> = new Map(),
	remade: ReadonlySet<string> = new Set(),
): Map<string, string> {
	const taken = new Set(present.values());
	let number = 0;
	return new Map(
		networks.map(({ name }) => {
			const own = present.get(name);
			if (own !== undefined && !remade.has(name)) return [name, own];
			while (taken.has(`hr${number}`)) number++;
			taken.add(`hr${number}`);
			return [name, `hr${number}`];
		}),
	);
}

export const hasVms = ({ machines }: { machines: readonly { spec: Pick<ResolvedMachine, "provider"> }[] }): boolean =>
	machines.some(({ spec }) => spec.provider === "libvirt");

export function toDetail(range: RangeRecord, taskId: string | null): RangeDetail {
	const { blueprint } = range;
	return {
		...common(range, taskId),
		networks: blueprint.networks.map(({ name, subnet, gateway, internet, isolated }) => ({
			name,
			subnet,
			gateway,
			internet,
			isolated,
		})),
		routes: [...blueprint.routes],
		machines: range.machines.map(toMachine),
		limits: blueprint.limits,
		layers: range.layers && {
			way: range.layers.way,
			reason: range.layers.reason,
			sharedBytes: range.layers.sharedBytes,
		},
	};
}

export function toSummary(range: RangeRecord, taskId: string | null): RangeSummary {
	const { machines } = range;
	return {
		...common(range, taskId),
		counts: {
			networks: range.blueprint.networks.length,
			machines: machines.length,
			machinesUp: machines.filter((machine) => isUp(machine.state)).length,
			machinesFailed: machines.filter((machine) => machine.state === "failed" || machine.reason !== null).length,
		},
	};
}

function common(range: RangeRecord, taskId: string | null): Omit<RangeSummary, "counts"> {
	const { id, name, state, createdAt, interrupted, blueprint, dind, profile } = range;
	const reason = range.reason ?? (state === "paused" ? (range.held ?? null) : null);
	return {
		id,
		name,
		state,
		reason,
		createdAt,
		taskId,
		interrupted,
		blueprint: { name: blueprint.name, title: blueprint.title, sha256: blueprint.sha256 },
		dind:
			dind === null || profile === null
				? null
				: {
						container: dind.container,
						volume: dind.volume,
						network: dind.network,
						engine: dind.engine,
						profile,
						profileReason: range.profileReason ?? "",
					},
	};
}

function toMachine({ id, spec, state, reason, engineId }: MachineRecord): Machine {
	return {
		id,
		name: spec.name,
		hostname: spec.hostname,
		role: spec.role,
		provider: spec.provider,
		state,
		engineId,
		reason,
		source: spec.source,
		image: spec.image,
		nics: spec.nics.map(({ network, ip, mac, isDefault }) => ({ network, ip, mac, isDefault })),
		consoles: consolesOf(spec),
		dependsOn: spec.dependsOn.map((dependency) => dependency.machine),
		cpus: spec.cpus,
		memoryBytes: spec.memoryBytes,
		diskBytes: spec.diskBytes,
		labels: spec.labels,
	};
}

/** A VM has a screen and a serial line, and no shell but what its guest offers there. */
function consolesOf({ provider, vncPort, serial }: ResolvedMachine): Machine["consoles"] {
	if (provider === "libvirt") return ["serial", "vnc"];
	return ["shell", ...(vncPort === null ? [] : ["vnc" as const]), ...(serial ? ["serial" as const] : [])];
}

/** A machine by its name or its id. Errors: `MACHINE_NOT_FOUND`. */
export function findMachine(range: RangeRecord, ref: string): MachineRecord {
	const machine = range.machines.find(({ id, spec }) => spec.name === ref || id === ref);
	if (machine !== undefined) return machine;
	throw new HomerangeError("MACHINE_NOT_FOUND", `${range.name} has no machine ${ref}.`, {
		remedy: `Its machines are ${range.machines.map(({ spec }) => spec.name).join(", ")}.`,
		place: range.name,
	});
}
