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
 * a connection. What it finds comes with the changes.
 */
export function useHypervisor(): HypervisorStatus | null {
	const status = useVms((state) => state.hypervisor);
	const isIdle = status?.state === "idle";
	useEffect(() => {
		if (!isIdle) return;
		const abort = new AbortController();
		rpc()
			.vms.hypervisor({}, { signal: abort.signal })
			.then(
				(hypervisor) => useVms.setState({ hypervisor }),
				// Without an answer its state stays what it was, and the engine's own loss is shown.
				() => undefined,
			);
		return () => abort.abort();
	}, [isIdle]);
	return status;
}
