import { expect, test } from "vitest";
import { type PromoteForm, promoteForm } from "../../contract/images.ts";
import type { ImageFacts } from "../docker/image-inspect.ts";
import { formOf } from "./promote.ts";

const facts: ImageFacts = {
	id: "sha256:1",
	tags: [],
	architecture: "amd64",
	os: "linux",
	createdAt: null,
	sizeBytes: 1,
	layers: [],
	exposedPorts: ["80/tcp", "5901/tcp"],
	environment: ["A=1"],
	command: ["nginx"],
	entrypoint: [],
	user: "",
	workingFolder: "/",
	labels: {
		"org.opencontainers.image.title": "Web \u202eshop\u001b[31m",
		"org.opencontainers.image.description": "One\npage",
	},
};
const form = (patch: Partial<ImageFacts>, reference = "registry.example:5000/team/Web_Shop:2"): PromoteForm =>
	promoteForm.parse(formOf({ facts: { ...facts, ...patch } }, reference));

test("an image's own words fill the form, without what a terminal or a page would obey", () => {
	const { input, config, notes } = form({});
	expect(input).toMatchObject({
		name: "web-shop",
		title: "Web shop",
		description: "One page",
		image: "registry.example:5000/team/Web_Shop:2",
		ports: ["80/tcp", "5901/tcp"],
		vncPort: 5901,
		display: "desktop",
		architecture: "x86_64",
	});
	expect(config).toMatchObject({ command: ["nginx"], environment: ["A=1"] });
	expect(notes).toEqual(["Port 5901 is taken for a desktop's."]);
});

test("what it does not say is left to the person", () => {
	const { input, notes } = form({ labels: {}, exposedPorts: [], architecture: "s390x" }, "9front:1");
	expect(input).toMatchObject({ name: "front", title: "9front:1", display: "headless" });
	expect(input.architecture).toBeUndefined();
	expect(notes).toEqual(["It is made for s390x."]);
});

test("a hostile image cannot make the form invalid", () => {
	const long = "x".repeat(200_000);
	const labels = { "org.opencontainers.image.title": long, "org.opencontainers.image.description": long };
	const { input } = form({ labels, exposedPorts: Array.from({ length: 500 }, (_, port) => `${port}/tcp`) }, "a/--:1");
	expect(input.name).toBe("image");
	expect(input.title.length).toBeLessThanOrEqual(200);
	expect(input.ports?.length).toBe(64);
});
