import { z } from "zod";
import { errorInfo } from "./errors.ts";

export const taskState = z.enum(["queued", "running", "done", "failed", "cancelled", "interrupted"]);
export type TaskState = z.infer<typeof taskState>;

export const taskKind = z.enum([
	"deploy",
	"start",
	"stop",
	"restart",
	"pause",
	"resume",
	"destroy",
	"undo",
	"pull",
	"update",
	"retry",
	"network",
	"snapshot",
	"restore",
	"import",
	"export",
	"build",
	"prune",
	"bundle",
	"prepare",
	"create",
	"reboot",
	"reset",
	"delete",
	"change",
	"clone",
	"revert",
]);
export type TaskKind = z.infer<typeof taskKind>;

/** Progress of one step: bytes or a count; `total` is null while nobody knows it. */
export const progress = z.object({
	unit: z.enum(["bytes", "count"]),
	done: z.number(),
	total: z.number().nullable(),
});
export type Progress = z.infer<typeof progress>;

export const taskStep = z.object({
	id: z.string(),
	/** A short sentence for people: "Send homerange/web:1 into the range". */
	title: z.string(),
	state: z.enum(["waiting", "running", "done", "skipped", "failed", "undone"]),
	/** What it is doing now, or why it was skipped or failed. */
	note: z.string().nullable(),
	progress: progress.nullable(),
	startedAt: z.string().nullable(),
	endedAt: z.string().nullable(),
});
export type TaskStep = z.infer<typeof taskStep>;

export const task = z.object({
	id: z.string(),
	kind: taskKind,
	title: z.string(),
	state: taskState,
	actor: z.string(),
	/** The range it acts on; null for others. */
	rangeId: z.string().nullable(),
	rangeName: z.string().nullable(),
	machine: z.string().nullable(),
	steps: z.array(taskStep),
	error: errorInfo.nullable(),
	/** True while asking for a cancel has an effect. */
	cancellable: z.boolean(),
	cancelRequested: z.boolean(),
	createdAt: z.string(),
	endedAt: z.string().nullable(),
});
export type Task = z.infer<typeof task>;
