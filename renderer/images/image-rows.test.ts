import { describe, expect, it } from "vitest";
import type { ContainerImage, DiskImage } from "../../contract/images.ts";
import { findContainerImage } from "./find-image.ts";
import { filterImages, imageRows, noImageFilter, usersInBrief } from "./image-rows.ts";

const container = (id: string, more: Partial<ContainerImage>): ContainerImage => ({
	kind: "container",
	id: `sha256:${id}`,
	references: [],
	sizeBytes: 30,
	ownBytes: 10,
	sharedBytes: 20,
	architecture: "amd64",
	os: "linux",
	createdAt: null,
	usedBy: [],
	lastUsed: null,
	...more,
});

const disk: DiskImage = {
	kind: "disk",
	name: "win11.qcow2",
	format: "qcow2",
	sizeBytes: 5,
	virtualBytes: 50,
	sha256: "0",
	origin: "imported",
	createdAt: "2026-01-01T00:00:00Z",
	usedBy: [],
	lastUsed: "2026-01-01T00:00:00Z",
	problem: null,
};

const images = [
	container("aaaaaaaaaaaaaaaaaa", { references: ["web:1", "web:latest"], usedBy: [{ kind: "range", name: "lab" }] }),
	container("bbbbbbbbbbbbbbbbbb", {}),
	disk,
];
const names = (rows: readonly { name: string }[]): string[] => rows.map(({ name }) => name);

describe("imageRows", () => {
	it("call an image by its first name, and one without a name by the beginning of its id", () => {
		expect(imageRows(images)).toMatchObject([
			{ name: "web:1", aliases: ["web:latest"], ref: "sha256:aaaaaaaaaaaaaaaaaa" },
			{ name: "sha256:bbbbbbbbbbbb", ref: "sha256:bbbbbbbbbbbbbbbbbb" },
			{ name: "win11.qcow2", ref: "win11.qcow2", ownBytes: 5, sharedBytes: 0 },
		]);
	});
});

describe("filterImages", () => {
	const rows = imageRows(images);

	it("finds by any of the names, and by who uses it", () => {
		expect(names(filterImages(rows, { ...noImageFilter, text: "latest" }))).toEqual(["web:1"]);
		expect(names(filterImages(rows, { ...noImageFilter, text: "LAB" }))).toEqual(["web:1"]);
	});

	it("filters by kind and by use", () => {
		expect(names(filterImages(rows, { ...noImageFilter, kind: "disk" }))).toEqual(["win11.qcow2"]);
		expect(names(filterImages(rows, { ...noImageFilter, use: "used" }))).toEqual(["web:1"]);
		expect(filterImages(rows, { ...noImageFilter, use: "unused" })).toHaveLength(2);
	});
});

describe("usersInBrief", () => {
	it("names two and counts the rest", () => {
		const users = ["a", "b", "c", "d"].map((name) => ({ kind: "range" as const, name }));
		expect(usersInBrief(users, (count) => `${count} more`)).toBe("a, b, 2 more");
		expect(usersInBrief(users.slice(0, 1), String)).toBe("a");
	});
});

describe("findContainerImage", () => {
	it("takes a name without a tag for the latest", () => {
		expect(findContainerImage(images, "web")?.references[0]).toBe("web:1");
		expect(findContainerImage(images, "web:1")?.id).toBe("sha256:aaaaaaaaaaaaaaaaaa");
		expect(findContainerImage(images, "registry:5000/web")).toBeNull();
	});
});
