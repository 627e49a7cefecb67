import { z } from "zod";
import { consoleKind, machineName, network, providerName, route } from "./ranges.ts";

/** When a machine counts as ready. */
export const readiness = z.discriminatedUnion("kind", [
	/** The port accepts a connection on the machine's first address. */
	z.object({ kind: z.literal("tcp"), port: z.number().int(), timeoutMs: z.number().int().positive() }),
	/** The answer's status is below 400. */
	z.object({
		kind: z.literal("http"),
		port: z.number().int(),
		path: z.string().max(1024),
		timeoutMs: z.number().int().positive(),
	}),
	/** The command ends with 0 in the machine. */
	z.object({
		kind: z.literal("exec"),
		command: z.array(z.string().max(16_384)).min(1).max(128),
		timeoutMs: z.number().int().positive(),
	}),
	/** A line of the machine's output matches; the pattern compiled when it was parsed. */
	z.object({ kind: z.literal("log"), pattern: z.string().max(512), timeoutMs: z.number().int().positive() }),
]);
export type Readiness = z.infer<typeof readiness>;

export const osFamily = z.enum(["linux", "windows", "macos", "network", "other"]);
export type OsFamily = z.infer<typeof osFamily>;

/** What a machine from it is: a container in its range, or a virtual machine. */
export const templateKind = z.enum(["container", "linux-vm", "windows-vm", "macos-vm"]);
export type TemplateKind = z.infer<typeof templateKind>;

export const display = z.enum(["desktop", "headless"]);
export type Display = z.infer<typeof display>;

/** Processors that its programs are made for. */
export const nativeArchitecture = z.enum(["x86_64", "arm64", "both"]);
export type NativeArchitecture = z.infer<typeof nativeArchitecture>;

/** Names of templates, snapshots and snapshots of ranges. */
export const libraryName = machineName;
/** A snapshot by its name, "<range snapshot>/<machine>" for a part of a range's, or by its id. */
export const snapshotRef = z.string().min(1).max(100);

/** Who would miss an entry of the library. */
export const libraryUser = z.object({
	kind: z.enum(["range", "snapshot", "range-snapshot"]),
	id: z.string(),
	name: z.string(),
	/** The machine of the range that started from it; null for others. */
	machine: z.string().nullable(),
});
export type LibraryUser = z.infer<typeof libraryUser>;

/** What a machine takes from where it starts, unless its blueprint says otherwise. */
export const machineDefaults = z.object({
	/** Absent for what was written before there were others: a container. */
	kind: templateKind.optional(),
	/** Of its guest; absent where it was not known, or makes no difference. */
	os: osFamily.optional(),
	cpus: z.number().nullable(),
	memoryBytes: z.number().nullable(),
	diskBytes: z.number().nullable(),
	consoles: z.array(consoleKind),
	vncPort: z.number().nullable(),
	serial: z.boolean(),
	/** Null: the image's own. */
	command: z.array(z.string()).nullable(),
	environment: z.record(z.string(), z.string()),
	/** What it listens on, like "80/tcp"; said, not enforced. */
	ports: z.array(z.string()),
	readiness: readiness.nullable(),
});
export type MachineDefaults = z.infer<typeof machineDefaults>;

/** A base image with the defaults of machines that start from it. */
export const template = machineDefaults.extend({
	name: z.string(),
	title: z.string(),
	description: z.string(),
	os: osFamily,
	kind: templateKind,
	provider: providerName,
	image: z.string(),
	display,
	architecture: nativeArchitecture,
	/** Name of a picture; null: the one of its operating system. */
	icon: z.string().nullable(),
	tags: z.array(z.string()),
	/** It comes with the product and cannot be changed; a copy of it can. */
	shipped: z.boolean(),
	users: z.array(libraryUser),
});
export type Template = z.infer<typeof template>;

const tags = z.array(z.string().min(1).max(64)).max(32);
const bytes = z.number().int().positive();

/** What a person says of a template. What is left out or null gets its default. */
export const templateInput = z.strictObject({
	name: libraryName,
	title: z.string().min(1).max(200),
	description: z.string().max(4000).optional(),
	os: osFamily,
	kind: templateKind,
	/** Of a VM: libvirt, or docker for QEMU in a container. Left out, it follows from the image's name. */
	provider: z.enum(["docker", "libvirt"]).optional(),
	image: z.string().min(1).max(255),
	cpus: z.number().positive().max(256).nullish(),
	memoryBytes: bytes.nullish(),
	diskBytes: bytes.nullish(),
	display: display.optional(),
	architecture: nativeArchitecture.optional(),
	icon: z.string().max(32).nullish(),
	vncPort: z.number().int().min(1).max(65_535).nullish(),
	serial: z.boolean().optional(),
	command: z.array(z.string().max(16_384)).min(1).max(128).nullish(),
	environment: z.record(z.string().max(128), z.string().max(16_384)).optional(),
	ports: z.array(z.string().max(32)).max(64).optional(),
	readiness: readiness.nullish(),
	tags: tags.optional(),
});
export type TemplateInput = z.infer<typeof templateInput>;

/** A change of a template: what is named is replaced, everything else stays. */
export const templateChange = templateInput.omit({ name: true }).partial();
export type TemplateChange = z.infer<typeof templateChange>;

/** A template as a file of the format that templates/machines has. */
export const templateFile = z.object({ file: z.string(), text: z.string() });
export type TemplateFile = z.infer<typeof templateFile>;

export const importTemplateRequest = z.strictObject({
	/** For messages only, never opened. */
	file: z.string().max(4096),
	text: z.string().max(64 * 1024),
	/** Takes the place of the name in the file. */
	name: libraryName.optional(),
});
export type ImportTemplateRequest = z.infer<typeof importTemplateRequest>;

const lineage = z.object({ id: z.string(), name: z.string() });

/** A machine's disk as it was at one moment, with what a new machine needs to be like it. */
export const snapshot = z.object({
	id: z.string(),
	name: z.string(),
	description: z.string(),
	tags: z.array(z.string()),
	provider: providerName,
	/** The container image on the host engine, or the disk's file in the library's pool. */
	image: z.string(),
	/** What was saved, by content. */
	imageId: z.string(),
	/** False when somebody removed the image behind our back; null while no engine can say. */
	present: z.boolean().nullable(),
	sizeBytes: z.number(),
	/** What it adds to the image that its machine started from; the rest is shared with that. */
	ownBytes: z.number(),
	sharedBytes: z.number(),
	/** The machine that was saved, its range, and what that machine had started from. */
	source: z.object({
		machine: z.string(),
		/** Empty for a VM that stood alone. */
		range: z.string(),
		kind: z.enum(["template", "snapshot", "image"]),
		name: z.string(),
		image: z.string(),
	}),
	/** The snapshot that its machine had started from. */
	parent: lineage.nullable(),
	/** Snapshots of machines that started from this one. */
	children: z.array(lineage),
	/** Set for a part of a range's snapshot. */
	rangeSnapshot: lineage.nullable(),
	defaults: machineDefaults,
	createdAt: z.string(),
	users: z.array(libraryUser),
});
export type Snapshot = z.infer<typeof snapshot>;

/** A whole range as it was at one moment. */
export const rangeSnapshot = z.object({
	id: z.string(),
	name: z.string(),
	description: z.string(),
	/** Where it was taken; the range may be gone by now. */
	range: lineage,
	blueprint: z.object({ name: z.string(), title: z.string().nullable() }),
	machines: z.array(z.object({ name: z.string(), snapshot: lineage, sizeBytes: z.number(), ownBytes: z.number() })),
	networks: z.array(network),
	routes: z.array(route),
	/** Of all machines; layers that several of them share are counted for each. */
	sizeBytes: z.number(),
	ownBytes: z.number(),
	sharedBytes: z.number(),
	createdAt: z.string(),
	/** Ranges and snapshots that stand on one of its machines. */
	users: z.array(libraryUser),
});
export type RangeSnapshot = z.infer<typeof rangeSnapshot>;

const describing = { description: z.string().max(4000).optional(), tags: tags.optional() };

export const takeSnapshotRequest = z.strictObject({
	range: z.string().min(1).max(64),
	machine: z.string().min(1).max(64),
	name: libraryName,
	...describing,
});
export type TakeSnapshotRequest = z.infer<typeof takeSnapshotRequest>;

/** What is named is replaced. A part of a range's snapshot keeps the name that it has by that. */
export const editSnapshotRequest = z.strictObject({
	snapshot: snapshotRef,
	name: libraryName.optional(),
	...describing,
});
export type EditSnapshotRequest = z.infer<typeof editSnapshotRequest>;

export const takeRangeSnapshotRequest = z.strictObject({
	range: z.string().min(1).max(64),
	name: libraryName,
	description: z.string().max(4000).optional(),
});
export type TakeRangeSnapshotRequest = z.infer<typeof takeRangeSnapshotRequest>;

export const editRangeSnapshotRequest = z.strictObject({
	snapshot: snapshotRef,
	description: z.string().max(4000),
});
export type EditRangeSnapshotRequest = z.infer<typeof editRangeSnapshotRequest>;

export const restoreRangeRequest = z.strictObject({
	range: z.string().min(1).max(64),
	/** The range's snapshot, by name or id. */
	snapshot: snapshotRef,
});
export type RestoreRangeRequest = z.infer<typeof restoreRangeRequest>;
