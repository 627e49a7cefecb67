import { describe, expect, it } from "vitest";
import type { HypervisorStatus } from "../../contract/hypervisor.ts";
import type { Vm } from "../../contract/vms.ts";
import { initialVms, reduceVms } from "./vms.ts";

const vm = (uuid: string, over: Partial<Vm> = {}): Vm => ({
	uuid,
	name: uuid,
	title: null,
	state: "stopped",
	reason: null,
	type: "linux",
	memoryBytes: 1,
	vcpus: 1,
	autostart: false,
	persistent: true,
	managed: true,
	owner: { kind: "standalone" },
	addresses: [],
	consoles: [],
	virtType: "qemu",
	hasSavedState: false,
	template: null,
	...over,
});
const hypervisor: HypervisorStatus = {
	state: "connected",
	uri: "qemu:///system",
	libvirtVersion: "9.0.0",
	qemuVersion: "7.2.22",
	reason: null,
	remedy: null,
	host: null,
};

describe("reduceVms", () => {
	it("keeps the virtual machines by name, and the very object of those that did not change", () => {
		const first = reduceVms(initialVms, [
			{ kind: "vm", vm: vm("b") },
			{ kind: "vm", vm: vm("a") },
		]);
		expect(first.list.map(({ uuid }) => uuid)).toEqual(["a", "b"]);
		const second = reduceVms(first, [{ kind: "vm", vm: vm("b", { state: "running" }) }]);
		expect(second.list[0]).toBe(first.list[0]);
		expect(second.list[1]?.state).toBe("running");
	});

	it("gives the same state when nothing changed", () => {
		const first = reduceVms(initialVms, [
			{ kind: "hypervisor", hypervisor },
			{ kind: "vm", vm: vm("a") },
		]);
		expect(
			reduceVms(first, [
				{ kind: "vm", vm: vm("a") },
				{ kind: "hypervisor", hypervisor: { ...hypervisor } },
			]),
		).toBe(first);
	});

	it("forgets what is gone", () => {
		const first = reduceVms(initialVms, [{ kind: "vm", vm: vm("a") }]);
		expect(reduceVms(first, [{ kind: "vmGone", uuid: "a" }]).list).toEqual([]);
	});
});
