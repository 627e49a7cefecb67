import { expect, test } from "vitest";
import { type PreflightFacts, preflightFindings } from "./preflight.ts";
import { sampleBlueprint } from "./testing/sample-blueprint.ts";

const gib = 1024 ** 3;
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
	images: [{ image: "homerange/busybox:1", sizeBytes: 2_000_000, match: "native", architecture: "amd64" }],
	dind: { image: "homerange/dind:28", reason: null },
	profile: { name: "privileged", reason: "It was asked for.", limitsReason: null },
	diskFreeBytes: 100 * gib,
	runningMemoryBytes: 0,
	outerPool: null,
	inotifyInstances: 1024,
	...over,
});
const severities = (over: Partial<PreflightFacts>, subject: string) =>
	preflightFindings(sampleBlueprint(), facts(over))
		.filter((finding) => finding.subject === subject)
		.map((finding) => finding.severity);

test("a range that fits has facts only", () => {
	const findings = preflightFindings(sampleBlueprint(), facts());
	expect(findings.filter((finding) => finding.severity !== "fact")).toEqual([]);
	expect(findings.map((finding) => finding.subject)).toEqual(["engine", "isolation", "images", "disk"]);
});

test("a missing image is a warning, one for another processor an error, an emulated one a warning", () => {
	const image = { image: "x:1", sizeBytes: 1, match: "native", architecture: "arm64" } as const;
	expect(severities({ images: [{ ...image, sizeBytes: null }] }, "images")).toEqual(["warning"]);
	expect(severities({ images: [{ ...image, match: "impossible" }] }, "images")).toEqual(["error"]);
	expect(severities({ images: [{ ...image, match: "emulated" }] }, "images")).toEqual(["fact", "warning"]);
});

test("memory counts all copies, and the ranges that run", () => {
	expect(severities({ copies: 300 }, "memory")).toEqual(["error"]);
	expect(severities({ runningMemoryBytes: 12 * gib }, "memory")).toEqual(["warning"]);
});

test("a disk that cannot hold the images is an error before anything is made", () => {
	expect(severities({ diskFreeBytes: 1_000_000 }, "disk")).toEqual(["error"]);
	expect(severities({ diskFreeBytes: 2_100_000 }, "disk")).toEqual(["warning"]);
	expect(severities({ diskFreeBytes: null }, "disk")).toEqual([]);
});

test("limits that the profile cannot enforce are told with its reason", () => {
	const profile = { name: "unprivileged", reason: "It works.", limitsReason: "No cgroups." };
	expect(severities({ profile }, "limits")).toEqual(["warning"]);
});

test("a full outer pool is an error, few inotify instances matter to many copies only", () => {
	expect(severities({ outerPool: "No free network is left." }, "addresses")).toEqual(["error"]);
	expect(severities({ inotifyInstances: 128, copies: 10 }, "kernel")).toEqual(["warning"]);
	expect(severities({ inotifyInstances: 128, copies: 1 }, "kernel")).toEqual([]);
});
