import { useEffect } from "react";
import { create } from "zustand";
import type { Change } from "../../contract/changes.ts";
import type { HypervisorStatus } from "../../contract/hypervisor.ts";
import type { Vm } from "../../contract/vms.ts";
import { rpc } from "../bridge/client.ts";
import { share } from "./share.ts";

export interface VmsState {
	/** Null until the first snapshot. */
	hypervisor: HypervisorStatus | null;
	/** By name. Empty while nobody looked at the hypervisor. */
	list: readonly Vm[];
}

export const initialVms: VmsState = { hypervisor: null, list: [] };

/** Pure: the virtual machines after these changes. Gives the same object when nothing changed. */
export function reduceVms(state: VmsState, changes: readonly Change[]): VmsState {
	const before = new Map(state.list.map((vm) => [vm.uuid, vm]));
	const after = new Map(before);
	let { hypervisor } = state;
	for (const change of changes) {
		switch (change.kind) {
			case "snapshot":
				after.clear();
				for (const vm of change.vms) after.set(vm.uuid, vm);
				hypervisor = change.hypervisor;
				break;
			case "vm":
				after.set(change.vm.uuid, change.vm);
				break;
			case "vmGone":
				after.delete(change.uuid);
				break;
			case "hypervisor":
				hypervisor = change.hypervisor;
				break;
		}
	}
	const fresh = [...after.values()]
		.map((vm) => {
			const old = before.get(vm.uuid);
			return old === undefined ? vm : share(old, vm);
		})
		.sort((a, b) => a.name.localeCompare(b.name) || a.uuid.localeCompare(b.uuid));
	const list = share(state.list, fresh);
	hypervisor = share(state.hypervisor, hypervisor);
	return list === state.list && hypervisor === state.hypervisor ? state : { hypervisor, list };
}

export const useVms = create<VmsState>(() => initialVms);

export function useVm(uuid: string): Vm | null {
	return useVms((state) => state.list.find((vm) => vm.uuid === uuid) ?? null);
}

/**
 * Makes the engine look at the hypervisor while the caller is on the page: nobody who has no virtual machines pays for
 * a connection. Once the list was asked for, what becomes of it comes with the changes.
 */
export function useHypervisor(): HypervisorStatus | null {
	const status = useVms((state) => state.hypervisor);
	const state = status?.state;
	useEffect(() => {
		if (state !== "idle" && state !== "connected") return;
		const abort = new AbortController();
		const { signal } = abort;
		const look = async (): Promise<void> => {
			if (state === "idle") {
				const hypervisor = await rpc().vms.hypervisor({}, { signal });
				useVms.setState({ hypervisor });
				return;
			}
			const vms = await rpc().vms.list({}, { signal });
			useVms.setState((before) => reduceVms(before, listed(before, vms)));
		};
		// Without an answer all stays as it was, and the loss of the engine or of libvirt is shown by its own state.
		look().catch(() => undefined);
		return () => abort.abort();
	}, [state]);
	return status;
}

/** A whole list as changes. */
function listed(before: VmsState, vms: readonly Vm[]): Change[] {
	const present = new Set(vms.map(({ uuid }) => uuid));
	return [
		...before.list.filter(({ uuid }) => !present.has(uuid)).map(({ uuid }) => ({ kind: "vmGone" as const, uuid })),
		...vms.map((vm) => ({ kind: "vm" as const, vm })),
	];
}
