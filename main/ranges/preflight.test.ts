import { expect, test } from "vitest";
import { type PreflightFacts, preflightFindings } from "./preflight.ts";
import { sampleBlueprint } from "./testing/sample-blueprint.ts";

const gib = 1024 ** 3;
const none = { ranges: 0, machines: 0 };
const nothingRuns: PreflightFacts["running"] = { ...none, unprivileged: none, memoryBytes: 0, cpus: 0 };
const roomyKernel = {
	inotifyInstances: 8192,
	inotifyWatches: 500_000,
	keys: 2000,
	keyBytes: 200_000,
	conntrack: 262_144,
	processes: 100_000,
};
const facts = (over: Partial<PreflightFacts> = {}): PreflightFacts => ({
	engine: {
		name: "laptop",
		operatingSystem: "Debian 12",
		architecture: "amd64",
		cpus: 4,
		memoryBytes: 16 * gib,
		storageDriver: "overlay2",
		cgroupVersion: "2",
		isDesktop: false,
	},
	version: "28.5.2",
	copies: 1,
	images: [
		{ image: "homerange/busybox:1", sizeBytes: 2_000_000, match: "native", architecture: "amd64", layers: null },
	],
	dind: { image: "homerange/dind:28", reason: null },
	profile: { name: "privileged", reason: "It was asked for.", limitsReason: null },
	diskFreeBytes: 100 * gib,
	memoryAvailableBytes: 8 * gib,
	running: nothingRuns,
	outerPool: null,
	hostRoutes: ["192.168.1.0/24"],
	kernel: roomyKernel,
	sharesImages: false,
	vms: null,
	...over,
});
const severities = (over: Partial<PreflightFacts>, subject: string) =>
	preflightFindings(sampleBlueprint(), facts(over))
		.filter((finding) => finding.subject === subject)
		.map((finding) => finding.severity);

test("a range that fits has facts only", () => {
	const findings = preflightFindings(sampleBlueprint(), facts());
	expect(findings.filter((finding) => finding.severity !== "fact")).toEqual([]);
	expect(findings.map((finding) => finding.subject)).toEqual([
		"engine",
		"isolation",
		"images",
		"memory",
		"disk",
		"kernel",
	]);
});

test("a missing image is a warning, one for another processor an error, an emulated one a warning", () => {
	const image = { image: "x:1", sizeBytes: 1, match: "native", architecture: "arm64", layers: null } as const;
	expect(severities({ images: [{ ...image, sizeBytes: null }] }, "images")).toEqual(["warning"]);
	expect(severities({ images: [{ ...image, match: "impossible" }] }, "images")).toEqual(["error"]);
	expect(severities({ images: [{ ...image, match: "emulated" }] }, "images")).toEqual(["fact", "warning"]);
});

test("memory counts all copies, and the ranges that run", () => {
	expect(severities({ copies: 300 }, "memory")).toEqual(["error"]);
	expect(severities({ running: { ...nothingRuns, memoryBytes: 12 * gib } }, "memory")).toEqual(["warning", "fact"]);
	expect(severities({ memoryAvailableBytes: 64 * 1024 ** 2 }, "memory")).toEqual(["warning"]);
	expect(severities({ memoryAvailableBytes: null }, "memory")).toEqual([]);
});

test("a disk that cannot hold the images is an error before anything is made", () => {
	expect(severities({ diskFreeBytes: 1_000_000 }, "disk")).toEqual(["error"]);
	expect(severities({ diskFreeBytes: 2_100_000 }, "disk")).toEqual(["warning"]);
	expect(severities({ diskFreeBytes: null }, "disk")).toEqual([]);
	expect(severities({ diskFreeBytes: 3_000_000, copies: 10 }, "disk")).toEqual(["error"]);
	expect(severities({ diskFreeBytes: 3_000_000, copies: 10, sharesImages: true }, "disk")).toEqual(["fact"]);
});

test("limits that the profile cannot enforce are told with its reason", () => {
	const profile = { name: "unprivileged", reason: "It works.", limitsReason: "No cgroups." };
	expect(severities({ profile }, "limits")).toEqual(["fact"]);
});

test("a full outer pool is an error", () => {
	expect(severities({ outerPool: "No free network is left." }, "addresses")).toEqual(["error"]);
});

test("addresses that the host uses, too, are a warning only where a machine could look for them", () => {
	const hostRoutes = ["10.0.0.0/16", "192.168.1.0/24"];
	expect(severities({ hostRoutes }, "addresses")).toEqual(["fact"]);
	const online = sampleBlueprint();
	Object.assign(online.networks[0] ?? {}, { internet: true });
	const [finding] = preflightFindings(online, facts({ hostRoutes })).filter(({ subject }) => subject === "addresses");
	expect(finding).toMatchObject({ severity: "warning", message: expect.stringContaining("lan 10.0.1.0/24") });
});

test("what the kernel shares among all containers is counted with the ranges that run", () => {
	const kernel = { ...roomyKernel, inotifyInstances: 128 };
	expect(severities({ kernel }, "kernel")).toEqual(["fact"]);
	expect(severities({ kernel, copies: 40 }, "kernel")).toEqual(["warning", "fact"]);
	const running = { ...nothingRuns, ranges: 30, machines: 60 };
	expect(severities({ kernel, running }, "kernel")).toEqual(["warning", "fact"]);
	expect(severities({ kernel: null }, "kernel")).toEqual([]);
	expect(severities({ kernel: { ...roomyKernel, conntrack: 4096 } }, "kernel")).toEqual(["warning", "fact"]);
});

test("keys count only for ranges of the ordinary user", () => {
	const kernel = { ...roomyKernel, keys: 200 };
	const unprivileged = { name: "unprivileged", reason: "It works.", limitsReason: null };
	expect(severities({ kernel, copies: 40 }, "kernel")).toEqual(["fact"]);
	expect(severities({ kernel, copies: 40, profile: unprivileged }, "kernel")).toEqual(["warning", "fact"]);
});

test("layers that images share are counted once", () => {
	const base = { id: "base", sizeBytes: 100 * 1024 ** 2 };
	const image = (name: string) => ({
		image: name,
		sizeBytes: 110 * 1024 ** 2,
		match: "native" as const,
		architecture: "amd64",
		layers: [base, { id: name, sizeBytes: 10 * 1024 ** 2 }],
	});
	const [finding] = preflightFindings(sampleBlueprint(), facts({ images: [image("a:1"), image("b:1")] })).filter(
		({ subject }) => subject === "disk",
	);
	expect(finding?.message).toContain(
		"120 MiB for images (layers that its images share are stored once, which saves 100 MiB)",
	);
});

test("what a VM needs is said only of a blueprint that has one", () => {
	const can = { available: true, reason: null, remedy: null, emulated: "There is no /dev/kvm." };
	const vms = { ability: can, disks: [{ image: "guest", sizeBytes: null }] };
	expect(severities({ vms }, "kvm")).toEqual([]);
	const virtual = sampleBlueprint();
	Object.assign(virtual.machines[0] ?? {}, { provider: "libvirt", name: "guest" });
	const found = preflightFindings(virtual, facts({ vms, images: [] }));
	expect(found).toContainEqual(expect.objectContaining({ severity: "warning", subject: "kvm" }));
	expect(found).toContainEqual(
		expect.objectContaining({ severity: "error", message: "The library has no disk image guest." }),
	);
	const none = { ...can, available: false, reason: "There is no libvirt.", remedy: "Install it." };
	expect(preflightFindings(virtual, facts({ vms: { ...vms, ability: none } }))).toContainEqual({
		...{ severity: "error", subject: "libvirt", remedy: "Install it." },
		message: "guest cannot be made: There is no libvirt.",
	});
});

test("a saved disk whose image is gone is an error, because no registry has it", () => {
	const images = [
		{ image: "homerange/snapshot:a", sizeBytes: null, match: "native" as const, architecture: "", layers: null },
	];
	expect(preflightFindings(sampleBlueprint(), facts({ images }))).toContainEqual(
		expect.objectContaining({ severity: "error", subject: "images", message: expect.stringContaining("is gone") }),
	);
});
