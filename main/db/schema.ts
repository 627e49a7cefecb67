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
	/** How its images came to it: the way, why, and what it holds on to in the layer store. Null: streamed, or not yet. */
	layers: text("layers", { mode: "json" }).$type<unknown>(),
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

/** Templates that people made; the shipped ones are files of the product. */
export const templates = sqliteTable("templates", {
	name: text("name").primaryKey(),
	/** The template in its file's format. */
	document: text("document", { mode: "json" }).$type<unknown>().notNull(),
	createdAt: text("created_at").notNull(),
	updatedAt: text("updated_at").notNull(),
});

/** Whole ranges as they were at one moment. A row is written when all its machines' snapshots are there. */
export const rangeSnapshots = sqliteTable("range_snapshots", {
	id: text("id").primaryKey(),
	name: text("name").notNull().unique(),
	description: text("description").notNull(),
	/** Where it was taken; the range may be gone by now. */
	rangeId: text("range_id").notNull(),
	rangeName: text("range_name").notNull(),
	blueprintText: text("blueprint_text").notNull(),
	blueprintFile: text("blueprint_file").notNull(),
	resolved: text("resolved", { mode: "json" }).$type<unknown>().notNull(),
	createdAt: text("created_at").notNull(),
});

/** Saved disks of machines. What is half made is not here: a row is written when its image is in the library. */
export const snapshots = sqliteTable(
	"snapshots",
	{
		id: text("id").primaryKey(),
		/** Those that belong to a range's snapshot are named "<range snapshot>/<machine>". */
		name: text("name").notNull().unique(),
		description: text("description").notNull(),
		tags: text("tags", { mode: "json" }).$type<string[]>().notNull(),
		provider: text("provider").$type<"docker" | "libvirt">().notNull(),
		/** A container image's reference on the host engine, or the name of a disk in the library's pool. */
		image: text("image").notNull(),
		/** What was saved, by content: the image's id or the disk's SHA-256. */
		imageId: text("image_id").notNull(),
		sizeBytes: integer("size_bytes").notNull(),
		/** What it adds to the image that the machine started from. */
		ownBytes: integer("own_bytes").notNull(),
		/** Command, environment, ports, console, readiness and sizes: what a new machine takes from it. */
		config: text("config", { mode: "json" }).$type<unknown>().notNull(),
		sourceMachine: text("source_machine").notNull(),
		sourceRange: text("source_range").notNull(),
		/** What the machine itself had started from. */
		source: text("source", { mode: "json" }).$type<unknown>().notNull(),
		/** The snapshot that it came from; null for one that came from a template or an image. */
		parentId: text("parent_id"),
		/** Set for one that is part of a range's snapshot. */
		rangeSnapshotId: text("range_snapshot_id").references(() => rangeSnapshots.id, { onDelete: "cascade" }),
		createdAt: text("created_at").notNull(),
	},
	(t) => [index("snapshots_by_parent").on(t.parentId), index("snapshots_by_range").on(t.rangeSnapshotId)],
);

/** Disk images of the library's pool: files of the data folder, never changed after they were brought in. */
export const disks = sqliteTable("disks", {
	name: text("name").primaryKey(),
	/** Name of the file in the pool. */
	file: text("file").notNull(),
	format: text("format").notNull(),
	/** Bytes of the file, and of the disk that a guest sees. */
	sizeBytes: integer("size_bytes").notNull(),
	virtualBytes: integer("virtual_bytes").notNull(),
	sha256: text("sha256").notNull(),
	/** Where it came from, in words. */
	origin: text("origin").notNull(),
	createdAt: text("created_at").notNull(),
	lastUsed: text("last_used").notNull(),
});

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
