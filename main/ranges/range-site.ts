import { HomerangeError } from "../../contract/errors.ts";
import type { ResolvedBlueprint } from "../blueprint/index.ts";
import type { VmCount } from "../providers/libvirt/vm-counts.ts";
import { vmNames } from "../providers/libvirt/vm-names.ts";
import type { RangeConnection } from "./connections.ts";
import type { OperationParts } from "./parts.ts";
import { bridgeOf, type MachineRecord, type RangeRecord } from "./record.ts";
import { isUp } from "./states.ts";
import { containerFacts } from "./truth.ts";

const limitMs = 30_000;

export interface RunningVmCount extends VmCount {
	/** Names of its network cards in the range's container. */
	readonly cards: readonly string[];
}

/** A range whose container runs, for what looks into it from beside: captures, network tests, usage. */
export interface RangeSite extends Pick<RangeConnection, "host" | "inner" | "dind"> {
	readonly id: string;
	readonly name: string;
	/** As it is now: live changes of networks are in it. */
	readonly blueprint: ResolvedBlueprint;
	readonly machines: readonly MachineRecord[];
	/** What its running VMs have used, by their names; empty for a range without any. */
	vmCounts(signal: AbortSignal): Promise<ReadonlyMap<string, RunningVmCount>>;
	/** Name of a network's bridge. Errors: `NETWORK_NOT_FOUND`. */
	bridge(network: string): string;
}

/**
 * The connection to a range whose container runs. `what` is said when it does not: "lab-1 is stopped, so `what`".
 * Errors: `STATE_CONFLICT`.
 */
export async function connectRunning(
	{ deps, truth, connections }: OperationParts,
	range: RangeRecord,
	what: string,
	signal: AbortSignal,
): Promise<RangeConnection> {
	// A frozen range has connections that do not answer.
	const known = range.state === "paused" ? null : connections.find(range.id);
	if (known !== null) return known;
	const limit = AbortSignal.any([signal, AbortSignal.timeout(limitMs)]);
	if ((await containerFacts(await deps.host.ready(limit), range, limit)).state !== "running") {
		throw new HomerangeError("STATE_CONFLICT", `${range.name} is ${range.state}, so ${what}.`, {
			remedy: range.state === "paused" ? "Resume the range first." : "Start the range first.",
			place: range.name,
		});
	}
	return await truth.connect(range, limit);
}

export async function openRangeSite(
	parts: OperationParts,
	range: RangeRecord,
	signal: AbortSignal,
): Promise<RangeSite> {
	const { host, inner, dind } = await connectRunning(parts, range, "nothing can be seen in it", signal);
	return {
		host,
		inner,
		dind,
		id: range.id,
		name: range.name,
		blueprint: range.blueprint,
		machines: range.machines,
		async vmCounts(during) {
			const vms = range.machines.filter(
				({ spec, engineId, state }) => spec.provider === "libvirt" && engineId !== null && isUp(state),
			);
			if (vms.length === 0) return new Map();
			const counts = await parts.deps.vms.counts(
				vms.map(({ engineId }) => engineId ?? ""),
				during,
			);
			return new Map(
				vms.flatMap(({ spec, engineId }) => {
					const count = counts.get(engineId ?? "");
					const cards = vmNames({ rangeId: range.id, rangeName: range.name }, spec.name).taps(spec.nics.length);
					return count === undefined ? [] : [[spec.name, { ...count, cards }] as const];
				}),
			);
		},
		bridge(network) {
			const { networks } = range.blueprint;
			if (networks.some(({ name }) => name === network)) return bridgeOf(range, network);
			throw new HomerangeError("NETWORK_NOT_FOUND", `${range.name} has no network ${network}.`, {
				remedy: `Its networks are ${networks.map(({ name }) => name).join(", ")}.`,
				place: range.name,
			});
		},
	};
}
