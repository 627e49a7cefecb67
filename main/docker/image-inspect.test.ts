import { describe, expect, test } from "vitest";
import { type ImageFacts, imageReference, isSameImage } from "./image-inspect.ts";

const digest = `sha256:${"a".repeat(64)}`;

describe("an image's reference", () => {
	test.each([
		["nginx", "nginx:latest"],
		["nginx:1.29", "nginx:1.29"],
		["homerange/web:1", "homerange/web:1"],
		["registry.example:5000/team/web", "registry.example:5000/team/web:latest"],
		[`nginx@${digest}`, `nginx@${digest}`],
		[digest, digest],
	])("%s is %s", (image, expected) => {
		expect(imageReference(image)).toBe(expected);
	});

	test.each(["", " ", "a b", "../x", "a/../b", "-x", "a?b=1", "a#b", "a%2f", "a:b:c", "x".repeat(600), "a\n"])(
		"%j is none",
		(image) => {
			expect(() => imageReference(image)).toThrow(expect.objectContaining({ code: "INPUT_INVALID" }));
		},
	);
});

describe("the same image", () => {
	const facts: ImageFacts = {
		id: "sha256:1",
		tags: ["a:1"],
		architecture: "amd64",
		os: "linux",
		createdAt: null,
		sizeBytes: 10,
		layers: ["sha256:l1", "sha256:l2"],
		exposedPorts: ["80/tcp"],
		environment: ["A=1"],
		command: ["x"],
		entrypoint: [],
		user: "",
		workingFolder: "/",
		labels: { a: "1", b: "2" },
	};

	test("is one with the same id", () => {
		expect(isSameImage(facts, { ...facts, layers: [] })).toBe(true);
	});

	test("is one with the same layers and configuration, whatever its store calls it", () => {
		const other = { ...facts, id: "sha256:2", tags: [], sizeBytes: 4, labels: { b: "2", a: "1" } };
		expect(isSameImage(facts, other)).toBe(true);
	});

	test.each([
		["other layers", { layers: ["sha256:l1"] }],
		["another command", { command: ["y"] }],
		["another architecture", { architecture: "arm64" }],
	])("is not one with %s", (_, difference) => {
		expect(isSameImage(facts, { ...facts, id: "sha256:2", ...difference })).toBe(false);
	});
});
