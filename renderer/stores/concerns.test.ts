import { describe, expect, it } from "vitest";
import type { Change } from "../../contract/changes.ts";
import type { Task } from "../../contract/tasks.ts";
import { concernsImages } from "./images.ts";
import { concernsLibrary } from "./library.ts";

const task = (kind: Task["kind"], state: Task["state"]): Change => ({
	kind: "task",
	task: {
		id: "t",
		kind,
		title: "",
		state,
		actor: "cli",
		rangeId: null,
		rangeName: null,
		machine: null,
		steps: [],
		error: null,
		cancellable: false,
		cancelRequested: false,
		createdAt: "2026-01-01T00:00:00Z",
		endedAt: null,
	},
});
const event = (type: string): Change => ({
	kind: "event",
	event: {
		id: 1,
		time: "2026-01-01T00:00:00Z",
		severity: "info",
		type,
		actor: "cli",
		subject: { range: null, rangeId: null, machine: null, network: null },
		message: "",
		detail: null,
	},
});

describe("what makes the library's pages ask again", () => {
	it("is a change of an entry, and an operation that ended and could change its users", () => {
		expect(concernsLibrary([{ kind: "library" }])).toBe(true);
		expect(concernsLibrary([task("deploy", "done")])).toBe(true);
		expect(concernsLibrary([task("snapshot", "failed")])).toBe(true);
	});

	it("is no operation under way, and none that leaves the library alone", () => {
		expect(concernsLibrary([task("deploy", "running"), task("stop", "done"), event("range.stop")])).toBe(false);
	});
});

describe("what makes the page of images ask again", () => {
	it("is whatever brings, removes or begins to use one, also by the command line", () => {
		expect(concernsImages([task("pull", "done")])).toBe(true);
		expect(concernsImages([event("image.deleted")])).toBe(true);
		expect(concernsImages([{ kind: "library" }])).toBe(true);
	});

	it("is nothing else", () => {
		expect(concernsImages([task("pull", "running"), task("restart", "done"), event("range.stop")])).toBe(false);
		expect(concernsImages([])).toBe(false);
	});
});
