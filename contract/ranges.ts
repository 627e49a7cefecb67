import { z } from "zod";

export const rangeState = z.enum([
	"deploying",
	"running",
	"degraded",
	"stopping",
	"stopped",
	"starting",
	"paused",
	"destroying",
	"failed",
]);
export type RangeState = z.infer<typeof rangeState>;

export const machineState = z.enum([
	"creating",
	"starting",
	"running",
	"ready",
	"paused",
	"stopping",
	"stopped",
	"failed",
]);
export type MachineState = z.infer<typeof machineState>;

export const providerName = z.enum(["docker", "libvirt"]);
export type ProviderName = z.infer<typeof providerName>;

export const machineRole = z.enum(["machine", "router"]);
export type MachineRole = z.infer<typeof machineRole>;

export const consoleKind = z.enum(["shell", "vnc", "serial"]);
export type ConsoleKind = z.infer<typeof consoleKind>;

export const isolationProfile = z.enum(["privileged", "unprivileged"]);
export type IsolationProfile = z.infer<typeof isolationProfile>;

/** Names of ranges and machines as people type them. */
export const rangeName = z
	.string()
	.regex(/^[a-z][a-z0-9-]{0,47}$/, "use lower-case letters, digits and hyphens, starting with a letter, at most 48");
export const machineName = z
	.string()
	.regex(/^[a-z][a-z0-9-]{0,40}$/, "use lower-case letters, digits and hyphens, starting with a letter, at most 41");
export const networkName = machineName;

/** A range given by its name or its id. */
export const rangeRef = z.string().min(1).max(64);
export const machineRef = z.string().min(1).max(64);

export const nic = z.object({
	network: z.string(),
	ip: z.string(),
	mac: z.string(),
	isDefault: z.boolean(),
});
export type Nic = z.infer<typeof nic>;

export const machine = z.object({
	id: z.string(),
	name: z.string(),
	hostname: z.string(),
	/** A `router` holds the gateways of the range's networks; it is made from the blueprint's `router`. */
	role: machineRole,
	provider: providerName,
	state: machineState,
	/** The inner engine's container id (docker) or the domain's uuid (libvirt); null before it exists. */
	engineId: z.string().nullable(),
	/** Why the machine is not as wanted, in a sentence; null when it is. */
	reason: z.string().nullable(),
	/** What it starts from, as the blueprint says it. */
	source: z.object({ kind: z.enum(["template", "snapshot", "image"]), name: z.string() }),
	image: z.string(),
	nics: z.array(nic),
	consoles: z.array(consoleKind),
	dependsOn: z.array(z.string()),
	cpus: z.number().nullable(),
	memoryBytes: z.number().nullable(),
	diskBytes: z.number().nullable(),
	labels: z.record(z.string(), z.string()),
});
export type Machine = z.infer<typeof machine>;

export const network = z.object({
	name: z.string(),
	subnet: z.string(),
	gateway: z.string(),
	internet: z.boolean(),
	isolated: z.boolean(),
});
export type Network = z.infer<typeof network>;

export const route = z.object({
	from: z.string(),
	to: z.string(),
	/** Like "80/tcp"; empty: everything. */
	ports: z.array(z.string()),
});
export type Route = z.infer<typeof route>;

export const dindInfo = z.object({
	container: z.string(),
	volume: z.string(),
	network: z.string(),
	/** Version of the inner engine; null before it answered once. */
	engine: z.string().nullable(),
	profile: isolationProfile,
	/** Why this profile was taken, in a sentence. */
	profileReason: z.string(),
});
export type DindInfo = z.infer<typeof dindInfo>;

/** How the images of a range came to it. */
export const rangeLayers = z.object({
	/**
	 * linked: links into the layer store; reflink: copies whose blocks the file system shares; streamed: copies of its
	 * own.
	 */
	way: z.enum(["linked", "reflink", "streamed"]),
	/** Why, in a sentence. */
	reason: z.string(),
	/** Bytes of image layers that it has and does not take up itself. */
	sharedBytes: z.number(),
});
export type RangeLayers = z.infer<typeof rangeLayers>;

const rangeCommon = {
	id: z.string(),
	name: z.string(),
	state: rangeState,
	/** Why the range is not as wanted; null when it is. */
	reason: z.string().nullable(),
	blueprint: z.object({ name: z.string(), title: z.string().nullable(), sha256: z.string() }),
	/** Null until the range's container exists. */
	dind: dindInfo.nullable(),
	createdAt: z.string(),
	/** The task that is acting on the range now. */
	taskId: z.string().nullable(),
	/** Set when an operation died half-way: which one, so that it can be resumed or undone. */
	interrupted: z.string().nullable(),
};

export const rangeSummary = z.object({
	...rangeCommon,
	counts: z.object({
		networks: z.number(),
		machines: z.number(),
		/** Machines that are `running` or `ready`. */
		machinesUp: z.number(),
		machinesFailed: z.number(),
	}),
});
export type RangeSummary = z.infer<typeof rangeSummary>;

export const rangeDetail = z.object({
	...rangeCommon,
	networks: z.array(network),
	routes: z.array(route),
	machines: z.array(machine),
	limits: z.object({ cpus: z.number(), memoryBytes: z.number(), diskBytes: z.number().nullable() }),
	/** Null until its images are there, and for ranges of before there was a choice. */
	layers: rangeLayers.nullable(),
});
export type RangeDetail = z.infer<typeof rangeDetail>;
