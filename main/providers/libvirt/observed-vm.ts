import type { DomainState } from "../../libvirt/rpc/index.ts";
import type { ObservedMachine } from "../machine-provider.ts";

/** Why a domain is off, by libvirt's numbers (virDomainShutoffReason). */
const shutoff = { unknown: 0, crashed: 3, failed: 6, daemon: 8 } as const;

/** A domain's state in the words that all machines share. */
export function observedState({
	state,
	reason,
}: {
	state: DomainState;
	reason: number;
}): Pick<ObservedMachine, "status" | "exitCode" | "outOfMemory" | "error"> {
	const plain = { exitCode: null, outOfMemory: false, error: null };
	switch (state) {
		case "running":
		case "blocked":
		// The guest was asked to shut down; until it does, it runs.
		case "shutdown":
			return { ...plain, status: "running" };
		case "paused":
		case "pmsuspended":
			return { ...plain, status: "paused" };
		case "crashed":
			return { ...plain, status: "dead", error: "The guest's kernel gave up." };
		case "shutoff":
			if (reason === shutoff.unknown) return { ...plain, status: "created" };
			if (reason === shutoff.crashed) return { ...plain, status: "exited", error: "The virtual machine crashed." };
			if (reason === shutoff.failed) return { ...plain, status: "exited", error: "QEMU could not go on with it." };
			return { ...plain, status: "exited" };
		default:
			return { ...plain, status: "unknown", error: "Its hypervisor does not say whether it runs." };
	}
}
