import { describe, expect, test } from "vitest";
import { nameProblem, type SnapshotFacts, snapshotWays, versionText } from "./ways.ts";

const debian12: SnapshotFacts = {
	libvirtVersion: 9_000_000,
	canRevertExternal: false,
	isActive: false,
	isPersistent: true,
	hasUefi: false,
	nvramFormat: null,
	hasHostDevices: false,
	disks: [{ target: "vda", format: "qcow2", isFile: true }],
	existing: [],
};
const newest: SnapshotFacts = { ...debian12, libvirtVersion: 11_003_000, canRevertExternal: true };

const preferred = (facts: SnapshotFacts) => snapshotWays(facts).find((way) => way.preferred)?.method ?? null;
const way = (facts: SnapshotFacts, method: string) => snapshotWays(facts).find((each) => each.method === method);

describe("the preferred way", () => {
	test.each<[string, SnapshotFacts, string | null]>([
		["is internal where libvirt cannot go back to external ones", debian12, "internal"],
		["is internal with memory for a running VM there", { ...debian12, isActive: true }, "internal"],
		["is external where libvirt can go back to it", newest, "external"],
		["is what the VM has already", { ...newest, existing: ["internal"] }, "internal"],
		["is an overlay for UEFI on an old libvirt", { ...debian12, hasUefi: true }, "overlay"],
		["is none for running UEFI on an old libvirt", { ...debian12, hasUefi: true, isActive: true }, null],
		[
			"is an overlay for a raw disk",
			{ ...debian12, disks: [{ target: "vda", format: "raw", isFile: true }] },
			"overlay",
		],
		["is none without a disk", { ...debian12, disks: [] }, null],
		["is none for a VM that is forgotten", { ...debian12, isPersistent: false }, null],
	])("%s", (_, facts, method) => {
		expect(preferred(facts)).toBe(method);
	});
});

test("whoever cannot have one is told why and what helps", () => {
	const running = { ...debian12, hasUefi: true, isActive: true };
	expect(way(running, "internal")).toMatchObject({
		available: false,
		reason: expect.stringContaining("9.0.0"),
		remedy: "Stop the VM and take an overlay.",
	});
	expect(way(running, "overlay")).toMatchObject({ available: false, remedy: "Stop the VM first." });
	expect(way(debian12, "external")?.reason).toContain("cannot go back");
});

test("a running UEFI guest has an internal one only with variables in qcow2", () => {
	const running = { ...newest, hasUefi: true, isActive: true };
	expect(way(running, "internal")?.available).toBe(false);
	expect(way({ ...running, nvramFormat: "qcow2" }, "internal")?.available).toBe(true);
});

test("a device of the host keeps the memory from being saved, not the disks", () => {
	expect(way({ ...newest, hasHostDevices: true, isActive: true }, "external")?.available).toBe(false);
	expect(way({ ...newest, hasHostDevices: true }, "external")?.available).toBe(true);
});

test("kinds are never mixed", () => {
	const facts: SnapshotFacts = { ...newest, existing: ["overlay"] };
	expect(snapshotWays(facts).map(({ method, available }) => [method, available])).toEqual([
		["internal", false],
		["external", false],
		["overlay", true],
	]);
});

test("a version is written as people know it", () => {
	expect(versionText(9_000_000)).toBe("9.0.0");
	expect(versionText(10_010_002)).toBe("10.10.2");
});

test("a name that is no id of QEMU's is refused where it becomes one, and only there", () => {
	const running = { ...newest, isActive: true };
	expect(nameProblem(running, "internal", "before lunch")).toContain("before lunch");
	expect(nameProblem(running, "internal", "größer")).not.toBeNull();
	expect(nameProblem(running, "internal", "v1.2_a-b")).toBeNull();
	expect(nameProblem(running, "external", "before lunch")).toBeNull();
	expect(nameProblem(newest, "internal", "before lunch")).toBeNull();
	expect(nameProblem({ ...debian12, isActive: true }, "internal", "before lunch")).toBeNull();
});
