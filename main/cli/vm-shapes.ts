import type { Vm } from "../../contract/vms.ts";

/** A VM in the JSON of `vm list`: what programs may rely on. */
export function vmListShape(vm: Vm) {
	const { name, uuid, state, memoryBytes, vcpus, autostart, managed, addresses, type, owner, virtType } = vm;
	return { name, uuid, state, memoryBytes, vcpus, autostart, managed, addresses, type, owner, virtType };
}
