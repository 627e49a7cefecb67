import { describe, expect, it } from "vitest";
import type { Machine, RangeDetail } from "../../contract/ranges.ts";
import type { Vm } from "../../contract/vms.ts";
import { filterMachines, machineRows, noFilter, vmRows } from "./filter-machines.ts";
import { machineSizes, rowName, rowSizes } from "./machine-row.ts";

const machine = (name: string, over: Partial<Machine> = {}): Machine => ({
	id: `r-${name}`,
	name,
	hostname: name,
	role: "machine",
	provider: "docker",
	state: "ready",
	engineId: name,
	reason: null,
	source: { kind: "template", name: "busybox" },
	image: "busybox",
	nics: [{ network: "lan", ip: "10.0.1.10", mac: "02:42:0a:00:01:0a", isDefault: true }],
	consoles: ["shell"],
	dependsOn: [],
	cpus: 1,
	memoryBytes: 32 * 1024 ** 2,
	diskBytes: null,
	labels: {},
	...over,
});
const range: RangeDetail = {
	id: "r",
	name: "lab",
	state: "running",
	reason: null,
	blueprint: { name: "tiny", title: null, sha256: "" },
	dind: null,
	createdAt: "",
	taskId: null,
	interrupted: null,
	networks: [],
	routes: [],
	machines: [machine("web"), machine("guest", { provider: "libvirt", engineId: "u-guest", state: "stopped" })],
	limits: { cpus: 1, memoryBytes: 0, diskBytes: null },
	layers: null,
};
const vm = (name: string, over: Partial<Vm> = {}): Vm => ({
	uuid: `u-${name}`,
	name,
	title: null,
	state: "running",
	reason: null,
	type: "linux",
	memoryBytes: 2 * 1024 ** 3,
	vcpus: 2,
	autostart: false,
	persistent: true,
	managed: true,
	owner: { kind: "standalone" },
	addresses: ["192.168.122.5"],
	consoles: ["serial"],
	virtType: "qemu",
	hasSavedState: false,
	template: "linux-basic",
	...over,
});
const ofRange = vm("guest", { owner: { kind: "range", rangeId: "r", range: "lab", machine: "guest" } });
const foreign = vm("theirs", { managed: false, owner: null, state: "crashed" });
const vms = [vm("mine"), ofRange, foreign];
const rows = [...machineRows([range]), ...vmRows(vms, [range])];
const found = (over: Partial<typeof noFilter>) => filterMachines(rows, { ...noFilter, ...over }).map(rowName);

describe("the machines of all ranges, and the virtual machines that stand alone", () => {
	it("are each there once", () => {
		expect(found({})).toEqual(["web", "guest", "mine", "theirs"]);
	});

	it("keep their rows while they do not change", () => {
		expect([...machineRows([{ ...range }]), ...vmRows([...vms], [range])]).toEqual(rows);
		expect(machineRows([{ ...range }])[0]).toBe(rows[0]);
	});

	it("are shown alone when their range is not known here", () => {
		expect(vmRows(vms, []).map(rowName)).toEqual(["mine", "guest", "theirs"]);
	});

	it.each([
		[{ state: "up" }, ["web", "mine"]],
		[{ state: "failed" }, ["theirs"]],
		[{ state: "stopped" }, ["guest"]],
		[{ provider: "libvirt" }, ["guest", "mine", "theirs"]],
		[{ provider: "docker" }, ["web"]],
		[{ place: "foreign" }, ["theirs"]],
		[{ place: "standalone" }, ["mine"]],
		[{ place: "range r" }, ["web", "guest"]],
		[{ text: "192.168" }, ["mine", "theirs"]],
		[{ text: "LAB" }, ["web", "guest"]],
		[{ text: "linux-basic", state: "up" }, ["mine"]],
	] as const)("are found by %j", (filter, names) => expect(found(filter)).toEqual(names));

	it("say what is allocated and what is a limit", () => {
		expect(machineSizes(machine("web"))).toBe("at most 1 CPU, 32 MiB");
		expect(machineSizes(machine("web", { cpus: null, memoryBytes: null }))).toBe("no limit");
		expect(machineSizes(machine("vm", { provider: "libvirt", cpus: 2 }))).toBe("2 CPUs, 32 MiB allocated");
		expect(rowSizes({ kind: "vm", vm: vm("mine") })).toBe("2 CPUs, 2 GiB allocated");
	});
});
