import type { VmState } from "../../../contract/vms.ts";
import type { DomainState } from "../../libvirt/rpc/index.ts";

const states: Readonly<Record<DomainState, VmState>> = {
	nostate: "unknown",
	running: "running",
	// Waits for something of the host, and goes on by itself.
	blocked: "running",
	paused: "paused",
	shutdown: "stopping",
	shutoff: "stopped",
	crashed: "crashed",
	pmsuspended: "suspended",
	other: "unknown",
};

/** libvirt's numbers for why, as far as they say something that the state does not. */
const reasons: Partial<Record<DomainState, Readonly<Record<number, string>>>> = {
	paused: {
		5: "a disk could not be read or written; look whether the host's disk is full",
		6: "its watchdog fired",
		10: "its kernel gave up",
	},
	shutoff: {
		3: "the hypervisor's process ended by itself",
		6: "it could not be started",
	},
	crashed: { 1: "its kernel gave up" },
};

export function vmState(state: DomainState): VmState {
	return states[state];
}

export function reasonOf(state: DomainState, reason: number): string | null {
	return reasons[state]?.[reason] ?? null;
}

/** A process of the hypervisor holds it. */
export function isActive(state: VmState): boolean {
	return state !== "stopped" && state !== "crashed";
}
