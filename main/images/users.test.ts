import { expect, test } from "vitest";
import type { ImageUser } from "../../contract/images.ts";
import { canonicalReference } from "./reference.ts";
import { describeUsers, type ImageClaim, ImageUsers } from "./users.ts";

const id = `sha256:${"a".repeat(64)}`;
const digest = `sha256:${"d".repeat(64)}`;
const claim = (kind: ImageUser["kind"], image: string, more: Partial<ImageClaim> = {}): ImageClaim => ({
	user: { kind, name: kind },
	provider: "docker",
	image,
	imageId: null,
	...more,
});
const image = { id, references: ["nginx:1"], digests: [`nginx@${digest}`] };

test.each([
	["nginx", "nginx:latest"],
	["docker.io/library/nginx:1", "nginx:1"],
	["index.docker.io/library/nginx:1", "nginx:1"],
	["docker.io/team/web:1", "team/web:1"],
	["registry.example:5000/library/nginx", "registry.example:5000/library/nginx:latest"],
	[`nginx:1@${digest}`, `nginx@${digest}`],
	[`registry.example:5000/web:1@${digest}`, `registry.example:5000/web@${digest}`],
	["not a reference", "not a reference"],
])("%s is %s", (written, canonical) => {
	expect(canonicalReference(written)).toBe(canonical);
});

test.each([
	["its name", "nginx:1"],
	["its long name", "docker.io/library/nginx:1"],
	["its id", id],
	["its digest, with a tag beside it", `nginx:1@${digest}`],
])("who names an image by %s stands on it", (_, written) => {
	const users = new ImageUsers([claim("range", written)], []);
	expect(users.ofImage(image)).toEqual([{ kind: "range", name: "range" }]);
	expect(users.missing([image], new Set())).toEqual(new Map());
});

test("a snapshot stands on its image under whichever name, a container on what it runs from", () => {
	const labels = { "io.homerange.range-name": "shop-1" };
	const users = new ImageUsers(
		[claim("snapshot", "homerange/snapshot:x", { imageId: id })],
		[
			{ name: "box", imageId: id, labels: {} },
			{ name: "homerange-shop-1", imageId: id, labels },
		],
	);
	expect(users.ofImage({ ...image, references: [], digests: [] })).toEqual([
		{ kind: "snapshot", name: "snapshot" },
		{ kind: "container", name: "box" },
		{ kind: "engine", name: "shop-1" },
	]);
});

test("what somebody names and nobody has is missing; the engine's own image is pulled when it is needed", () => {
	const users = new ImageUsers(
		[claim("template", "gone:1"), claim("setting", "docker:dind"), claim("range", "vm", { provider: "libvirt" })],
		[],
	);
	expect([...users.missing([image], new Set(["vm"])).keys()]).toEqual(["gone:1"]);
	expect([...users.missing([image], new Set()).keys()]).toEqual(["gone:1", "vm"]);
});

test("users are named by their kinds, not all of a hundred", () => {
	const many = Array.from({ length: 12 }, (_, index): ImageUser => ({ kind: "range", name: `r${index}` }));
	expect(describeUsers([...many, { kind: "template", name: "web" }])).toBe(
		"ranges r0, r1, r2, r3, r4, r5, r6, r7, r8, r9, 2 more; template web",
	);
});

test("a snapshot stands on its own disk, and not on another one of the same bytes", () => {
	const twin = { provider: "libvirt", imageId: "b".repeat(64) } as const;
	const users = new ImageUsers([claim("snapshot", "snapshot-a", twin)], []);
	expect(users.ofDisk({ name: "snapshot-a" })).toEqual([{ kind: "snapshot", name: "snapshot" }]);
	expect(users.ofDisk({ name: "imported" })).toEqual([]);
});
