import { describe, expect, it } from "vitest";
import { askForDisk, askForNic, askForSize, askForSizes, changeProblem } from "./vm-change.ts";

const vm = "guest";
const gibibyte = 1024 ** 3;

describe("changeProblem", () => {
	it("has nothing to say of a virtual machine of ours that stands alone", () => {
		expect(changeProblem({ managed: true, owner: { kind: "standalone" } })).toBeNull();
	});

	it("names the way to change another tool's one, and one of a range", () => {
		expect(changeProblem({ managed: false, owner: null })).toMatch(/Adopt it/);
		const owner = { kind: "range", rangeId: "r", range: "lab", machine: "dc" } as const;
		expect(changeProblem({ managed: true, owner })).toMatch(/machine dc of the range lab/);
	});
});

describe("CPUs and memory", () => {
	it("asks for what was touched only, as the rest may wait for the next start already", () => {
		expect(askForSizes(vm, { cpus: "3", memory: null }).request).toEqual({ vm, cpus: 3 });
		expect(askForSizes(vm, { cpus: null, memory: "2 GiB" }).request).toEqual({ vm, memoryBytes: 2 * gibibyte });
	});

	it.each([
		["cpus", { cpus: "0", memory: null }],
		["cpus", { cpus: "1.5", memory: null }],
		["cpus", { cpus: " ", memory: null }],
		["cpus", { cpus: "many", memory: "1GiB" }],
		["memory", { cpus: "2", memory: "1MiB" }],
		["memory", { cpus: null, memory: "" }],
	] as const)("says at %s what is wrong with %j", (field, draft) => {
		const { request, issues } = askForSizes(vm, draft);
		expect(request).toBeNull();
		expect(Object.keys(issues ?? {})).toEqual([field]);
	});
});

describe("a disk", () => {
	const draft = { from: "empty", image: "debian", size: "" } as const;

	it("is empty and has a size, or stands on an image and may have one", () => {
		expect(askForDisk(vm, { ...draft, size: "1GiB" }).request?.addDisks).toEqual([{ sizeBytes: gibibyte }]);
		expect(askForDisk(vm, { ...draft, from: "image" }).request?.addDisks).toEqual([{ image: "debian" }]);
		expect(askForDisk(vm, { ...draft, from: "image", size: "1GiB" }).request?.addDisks).toEqual([
			{ sizeBytes: gibibyte, image: "debian" },
		]);
	});

	it.each([
		["size", { ...draft }],
		["size", { ...draft, size: "1KiB" }],
		["size", { ...draft, size: "big" }],
		["size", { ...draft, from: "image", size: "big" }],
		["image", { ...draft, from: "image", image: "" }],
	] as const)("says at %s what is wrong with %j", (field, over) => {
		expect(Object.keys(askForDisk(vm, over).issues ?? {})).toEqual([field]);
	});

	it("can only be made larger", () => {
		const disk = { target: "vda", capacityBytes: gibibyte };
		expect(askForSize(vm, disk, "2GiB").request?.resizeDisks).toEqual([{ target: "vda", sizeBytes: 2 * gibibyte }]);
		expect(askForSize(vm, disk, "1GiB").issues?.size).toMatch(/has 1.* GiB/);
		expect(askForSize(vm, disk, "").issues?.size).toMatch(/Write a size/);
		expect(askForSize(vm, { ...disk, capacityBytes: null }, "2MiB").request).not.toBeNull();
	});
});

describe("a network card", () => {
	const draft = { place: "user", bridge: "br0", mac: "" } as const;

	it("is added where it was told, with an address only when one was given", () => {
		expect(askForNic(vm, draft, null).request?.addNics).toEqual([{ kind: "user" }]);
		expect(
			askForNic(vm, { ...draft, place: "network my net", mac: "52:54:00:12:34:56" }, null).request?.addNics,
		).toEqual([{ kind: "network", source: "my net", mac: "52:54:00:12:34:56" }]);
	});

	it("is moved by the address that it has", () => {
		const moved = "52:54:00:00:00:01";
		expect(askForNic(vm, { ...draft, place: "bridge" }, moved).request).toEqual({
			vm,
			moveNics: [{ mac: moved, to: { kind: "bridge", source: "br0" } }],
		});
	});

	it.each([
		["bridge", { ...draft, place: "bridge", bridge: "" }],
		["bridge", { ...draft, place: "bridge", bridge: "a bridge" }],
		["mac", { ...draft, mac: "01:00:00:00:00:00" }],
		["mac", { ...draft, mac: "none" }],
	] as const)("says at %s what is wrong with %j", (field, over) => {
		expect(Object.keys(askForNic(vm, over, null).issues ?? {})).toEqual([field]);
	});
});
