import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import type { Change } from "../../contract/changes.ts";
import { HomerangeError } from "../../contract/errors.ts";
import { ChangeBus } from "../changes/change-bus.ts";
import { type Database, openDatabase } from "../db/open.ts";
import { silentLog } from "../log.ts";
import { type TaskRequest, Tasks } from "./tasks.ts";

let folder: string;
let db: Database;
let bus: ChangeBus;
let tasks: Tasks;
beforeEach(() => {
	folder = mkdtempSync(join(tmpdir(), "homerange-tasks-"));
	db = openDatabase(folder);
	bus = new ChangeBus();
	tasks = new Tasks(db, bus, silentLog);
});
afterEach(() => {
	db.close();
	rmSync(folder, { recursive: true });
});

const request: TaskRequest = {
	kind: "deploy",
	title: "Deploy x",
	actor: "cli",
	rangeId: "r",
	rangeName: "x",
	machine: null,
};
/** Waits for the abort as an operation does, and rejects with it. */
const untilAborted = (signal: AbortSignal) =>
	new Promise<never>((_, reject) => signal.addEventListener("abort", () => reject(signal.reason), { once: true }));

test("a task's steps and end are told and kept", async () => {
	const watcher = bus.subscribe(new AbortController().signal);
	const { id } = tasks.start(request, async (run) => {
		run.plan([
			{ id: "a", title: "A" },
			{ id: "b", title: "B" },
		]);
		run.start("a");
		run.progress("a", { unit: "bytes", done: 5, total: 10 }, "sending");
		run.done("a", "sent");
		run.skip("b", "not needed");
	});
	const ended = await tasks.whenEnded(id);
	expect(ended).toMatchObject({
		state: "done",
		error: null,
		steps: [
			{ id: "a", state: "done", note: "sent", progress: { done: 5 } },
			{ id: "b", state: "skipped", note: "not needed" },
		],
	});
	expect(tasks.get(id)).toEqual(ended);
	bus.close();
	const last = (await Array.fromAsync(watcher)).findLast((change: Change) => change.kind === "task");
	expect(last).toEqual({ kind: "task", task: ended });
});

test("a cancel aborts the operation, which ends as cancelled", async () => {
	const { id } = tasks.start(request, (run) => untilAborted(run.signal));
	expect(tasks.cancel(id)).toMatchObject({ cancelRequested: true });
	expect(await tasks.whenEnded(id)).toMatchObject({ state: "cancelled", error: { code: "CANCELLED" } });
});

test("an error of its own after a cancel is a failure, not a cancel", async () => {
	const { id } = tasks.start(request, (run) =>
		untilAborted(run.signal).catch(() => {
			throw new HomerangeError("DISK_FULL", "The undo failed.");
		}),
	);
	tasks.cancel(id);
	expect(await tasks.whenEnded(id)).toMatchObject({ state: "failed", error: { code: "DISK_FULL" } });
});

test("what cannot stop half-way refuses a cancel", async () => {
	const { promise, resolve } = Promise.withResolvers<void>();
	const { id } = tasks.start({ ...request, cancellable: false }, () => promise);
	expect(() => tasks.cancel(id)).toThrow(expect.objectContaining({ code: "STATE_CONFLICT" }));
	resolve();
	await tasks.whenEnded(id);
});

test("a task that outlived its engine is marked interrupted by the next one", async () => {
	const { promise, resolve } = Promise.withResolvers<void>();
	const { id } = tasks.start(request, async (run) => {
		run.plan([{ id: "a", title: "A" }]);
		run.start("a");
		await promise;
	});
	const next = new Tasks(db, bus, silentLog);
	expect(next.markInterrupted()).toMatchObject([{ id, state: "interrupted", error: { code: "INTERRUPTED" } }]);
	expect(next.markInterrupted()).toEqual([]);
	resolve();
	await tasks.whenEnded(id);
});

test("the engine's end interrupts what runs and waits for it; nothing new begins", async () => {
	const { id } = tasks.start(request, (run) => untilAborted(run.signal));
	await tasks.close();
	expect(tasks.get(id)).toMatchObject({ state: "interrupted" });
	expect(() => tasks.start(request, async () => undefined)).toThrow(
		expect.objectContaining({ code: "STATE_CONFLICT" }),
	);
});

test("clear forgets the ended ones only", async () => {
	const ended = tasks.start(request, async () => undefined);
	await tasks.whenEnded(ended.id);
	const running = tasks.start(request, (run) => untilAborted(run.signal));
	expect(tasks.clear()).toBe(1);
	expect(tasks.list().map((task) => task.id)).toEqual([running.id]);
	tasks.cancel(running.id);
	await tasks.whenEnded(running.id);
});
