import { z } from "zod";

/** One place where a Docker Engine could be, and what was found there. */
export const engineCandidate = z.object({
	/** Why this place was looked at: "DOCKER_HOST", "context desktop-linux", "/var/run/docker.sock". */
	source: z.string(),
	/** unix:///…, tcp://…, ssh://… */
	endpoint: z.string(),
	verdict: z.enum(["usable", "absent", "no-permission", "no-answer", "refused", "unsupported"]),
	/** The verdict in a sentence. */
	message: z.string(),
	remedy: z.string().nullable(),
	version: z.string().nullable(),
	apiVersion: z.string().nullable(),
});
export type EngineCandidate = z.infer<typeof engineCandidate>;

export const engineStatus = z.object({
	state: z.enum(["connecting", "connected", "unreachable"]),
	/** The candidate in use; null when none is usable. */
	chosen: engineCandidate.nullable(),
	candidates: z.array(engineCandidate),
	/** Facts of the chosen engine. */
	facts: z
		.object({
			name: z.string(),
			operatingSystem: z.string(),
			architecture: z.string(),
			cpus: z.number(),
			memoryBytes: z.number(),
			storageDriver: z.string(),
			cgroupVersion: z.string(),
			isDesktop: z.boolean(),
		})
		.nullable(),
});
export type EngineStatus = z.infer<typeof engineStatus>;

export const doctorCheck = z.object({
	id: z.string(),
	category: z.enum(["engine", "ranges", "machine", "app"]),
	title: z.string(),
	state: z.enum(["passed", "warning", "failed", "skipped"]),
	message: z.string(),
	remedy: z.string().nullable(),
	/** True when `doctor --fix` can mend it. */
	fixable: z.boolean(),
});
export type DoctorCheck = z.infer<typeof doctorCheck>;

/** Who runs the engine: the app's window, or the background process of the command line. */
export const hostInfo = z.object({
	version: z.string(),
	pid: z.number(),
	kind: z.enum(["app", "background"]),
	dataFolder: z.string(),
	startedAt: z.string(),
});
export type HostInfo = z.infer<typeof hostInfo>;
