import { describe, expect, it } from "vitest";
import type { Change } from "../../contract/changes.ts";
import { ChangeQueue } from "./change-queue.ts";

const task = (id: string, title: string): Change => ({
	kind: "task",
	task: {
		id,
		kind: "deploy",
		title,
		state: "running",
		actor: "app",
		rangeId: null,
		rangeName: null,
		machine: null,
		steps: [],
		error: null,
		cancellable: true,
		cancelRequested: false,
		createdAt: "2026-01-01T00:00:00Z",
		endedAt: null,
	},
});

function queue() {
	const frames: (() => void)[] = [];
	const applied: Change[][] = [];
	const changes = new ChangeQueue(
		(batch) => applied.push(batch),
		(run) => {
			frames.push(run);
			return () => frames.splice(frames.indexOf(run), 1);
		},
	);
	return { changes, applied, frames, frame: () => frames.shift()?.() };
}

describe("ChangeQueue", () => {
	it("hands over a frame's changes at once, the last of each object only", () => {
		const { changes, applied, frames, frame } = queue();
		changes.push(task("a", "1"));
		changes.push(task("b", "1"));
		changes.push(task("a", "2"));
		expect(frames).toHaveLength(1);
		expect(applied).toEqual([]);
		frame();
		expect(applied).toEqual([[task("b", "1"), task("a", "2")]]);
	});

	it("lets a goodbye win over what came before it", () => {
		const { changes, applied, frame } = queue();
		changes.push(task("a", "1"));
		changes.push({ kind: "taskGone", taskId: "a" });
		frame();
		expect(applied).toEqual([[{ kind: "taskGone", taskId: "a" }]]);
	});

	it("asks for a frame again after each hand-over, and for none while nothing waits", () => {
		const { changes, applied, frames, frame } = queue();
		changes.push(task("a", "1"));
		frame();
		expect(frames).toEqual([]);
		changes.flush();
		expect(applied).toHaveLength(1);
		changes.push(task("a", "2"));
		changes.flush();
		expect(frames).toEqual([]);
		expect(applied).toHaveLength(2);
	});
});
