import type { ErrorInfo } from "../../contract/errors.ts";
import type { Severity } from "../../contract/events.ts";
import type { DindInfo, Route } from "../../contract/ranges.ts";
import type { Progress, TaskKind, TaskState, TaskStep } from "../../contract/tasks.ts";
import { index, integer, primaryKey, sqliteTable, text } from "./drizzle.cjs";

/**
 * All tables of a data folder. Times are ISO 8601 text in UTC. Columns that hold
 * JSON are written and read by one store each, which owns their shape.
 */

/** One row: who owns the objects that carry our labels on an engine. */
export const installation = sqliteTable("installation", {
	id: text("id").primaryKey(),
	createdAt: text("created_at").notNull(),
});

export const ranges = sqliteTable("ranges", {
	id: text("id").primaryKey(),
	name: text("name").notNull().unique(),
	/** The recorded state; the reconciler compares it with what the engine shows. */
	state: text("state").notNull(),
	reason: text("reason"),
	/** What the person asked for last. */
	wanted: text("wanted").$type<"running" | "stopped" | "paused" | "destroyed">().notNull(),
	blueprintName: text("blueprint_name").notNull(),
	blueprintTitle: text("blueprint_title"),
	blueprintSha256: text("blueprint_sha256").notNull(),
	blueprintText: text("blueprint_text").notNull(),
	/** For messages only: the file may be gone by now. */
	blueprintFile: text("blueprint_file").notNull(),
	/** The resolved blueprint: what was deployed, whatever the library says today. */
	resolved: text("resolved", { mode: "json" }).$type<unknown>().notNull(),
	routes: text("routes", { mode: "json" }).$type<Route[]>().notNull(),
	limits: text("limits", { mode: "json" })
		.$type<{ cpus: number; memoryBytes: number; diskBytes: number | null }>()
		.notNull(),
	profile: text("profile").$type<DindInfo["profile"]>(),
	profileReason: text("profile_reason"),
	/** The range's container, volume, outer network and its subnet; null before they are chosen. */
	dind: text("dind", { mode: "json" }).$type<unknown>(),
	/** The operation that died half-way. */
	interrupted: text("interrupted"),
	createdAt: text("created_at").notNull(),
});

export const networks = sqliteTable(
	"networks",
	{
		rangeId: text("range_id")
			.notNull()
			.references(() => ranges.id, { onDelete: "cascade" }),
		name: text("name").notNull(),
		position: integer("position").notNull(),
		subnet: text("subnet").notNull(),
		gateway: text("gateway").notNull(),
		internet: integer("internet", { mode: "boolean" }).notNull(),
		isolated: integer("isolated", { mode: "boolean" }).notNull(),
		/** Name of the bridge in the range's network namespace. */
		bridge: text("bridge").notNull(),
	},
	(t) => [primaryKey({ columns: [t.rangeId, t.name] })],
);

export const machines = sqliteTable(
	"machines",
	{
		id: text("id").primaryKey(),
		rangeId: text("range_id")
			.notNull()
			.references(() => ranges.id, { onDelete: "cascade" }),
		name: text("name").notNull(),
		position: integer("position").notNull(),
		provider: text("provider").notNull(),
		state: text("state").notNull(),
		reason: text("reason"),
		wanted: text("wanted").$type<"running" | "stopped" | "paused">().notNull(),
		/** The inner engine's container id, once it exists. */
		engineId: text("engine_id"),
		resolved: text("resolved", { mode: "json" }).$type<unknown>().notNull(),
	},
	(t) => [index("machines_by_range").on(t.rangeId, t.position)],
);

export const nics = sqliteTable(
	"nics",
	{
		machineId: text("machine_id")
			.notNull()
			.references(() => machines.id, { onDelete: "cascade" }),
		position: integer("position").notNull(),
		network: text("network").notNull(),
		ip: text("ip").notNull(),
		mac: text("mac").notNull(),
		isDefault: integer("is_default", { mode: "boolean" }).notNull(),
	},
	(t) => [primaryKey({ columns: [t.machineId, t.position] })],
);

/** What is known of images, by the engine that holds them. */
export const images = sqliteTable(
	"images",
	{
		reference: text("reference").notNull(),
		/** "host" or a range's id. */
		engine: text("engine").notNull(),
		imageId: text("image_id").notNull(),
		sizeBytes: integer("size_bytes").notNull(),
		lastUsed: text("last_used").notNull(),
	},
	(t) => [primaryKey({ columns: [t.reference, t.engine] })],
);

export const tasks = sqliteTable(
	"tasks",
	{
		id: text("id").primaryKey(),
		kind: text("kind").$type<TaskKind>().notNull(),
		title: text("title").notNull(),
		state: text("state").$type<TaskState>().notNull(),
		actor: text("actor").notNull(),
		/** No foreign key: a task outlives the range it destroyed. */
		rangeId: text("range_id"),
		rangeName: text("range_name"),
		machine: text("machine"),
		error: text("error", { mode: "json" }).$type<ErrorInfo>(),
		cancelRequested: integer("cancel_requested", { mode: "boolean" }).notNull(),
		createdAt: text("created_at").notNull(),
		endedAt: text("ended_at"),
	},
	(t) => [index("tasks_by_creation").on(t.createdAt)],
);

export const taskSteps = sqliteTable(
	"task_steps",
	{
		taskId: text("task_id")
			.notNull()
			.references(() => tasks.id, { onDelete: "cascade" }),
		position: integer("position").notNull(),
		id: text("id").notNull(),
		title: text("title").notNull(),
		state: text("state").$type<TaskStep["state"]>().notNull(),
		note: text("note"),
		progress: text("progress", { mode: "json" }).$type<Progress>(),
		startedAt: text("started_at"),
		endedAt: text("ended_at"),
	},
	(t) => [primaryKey({ columns: [t.taskId, t.id] })],
);

export const events = sqliteTable(
	"events",
	{
		/** Autoincrement, so that a pruned id is never given twice: clients use ids as cursors. */
		id: integer("id").primaryKey({ autoIncrement: true }),
		time: text("time").notNull(),
		severity: text("severity").$type<Severity>().notNull(),
		type: text("type").notNull(),
		actor: text("actor").notNull(),
		range: text("range"),
		rangeId: text("range_id"),
		machine: text("machine"),
		network: text("network"),
		message: text("message").notNull(),
		detail: text("detail"),
	},
	(t) => [index("events_by_range").on(t.rangeId, t.id)],
);

export const settings = sqliteTable("settings", {
	key: text("key").primaryKey(),
	value: text("value", { mode: "json" }).$type<unknown>().notNull(),
});

/** The journal of a range's operations: which step was begun and which was ended. */
export const journal = sqliteTable(
	"journal",
	{
		rangeId: text("range_id")
			.notNull()
			.references(() => ranges.id, { onDelete: "cascade" }),
		taskId: text("task_id").notNull(),
		step: text("step").notNull(),
		state: text("state").$type<"begun" | "done" | "undone" | "failed">().notNull(),
		at: text("at").notNull(),
	},
	(t) => [primaryKey({ columns: [t.rangeId, t.taskId, t.step] })],
);

/** What was found out by trying, so that it need not be tried again: by a key that names what was tried where. */
export const facts = sqliteTable("facts", {
	key: text("key").primaryKey(),
	value: text("value", { mode: "json" }).$type<unknown>().notNull(),
	foundAt: text("found_at").notNull(),
});
