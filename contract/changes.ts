import { z } from "zod";
import { engineStatus, hostInfo } from "./engines.ts";
import { auditEvent } from "./events.ts";
import { hypervisorStatus } from "./hypervisor.ts";
import { rangeDetail } from "./ranges.ts";
import { settings } from "./settings.ts";
import { task } from "./tasks.ts";
import { vm } from "./vms.ts";

/**
 * What `changes.watch` yields: first one `snapshot` of everything, then each
 * change as the whole new object. A slow reader misses no final state: changes
 * of one object are merged while they wait.
 */
export const change = z.discriminatedUnion("kind", [
	z.object({
		kind: z.literal("snapshot"),
		host: hostInfo,
		ranges: z.array(rangeDetail),
		tasks: z.array(task),
		engine: engineStatus,
		settings,
		hypervisor: hypervisorStatus,
		/** Empty while nobody has looked at the hypervisor. */
		vms: z.array(vm),
		/** The newest events, oldest first, at most 200. */
		events: z.array(auditEvent),
	}),
	z.object({ kind: z.literal("range"), range: rangeDetail }),
	z.object({ kind: z.literal("rangeGone"), rangeId: z.string() }),
	z.object({ kind: z.literal("task"), task }),
	z.object({ kind: z.literal("taskGone"), taskId: z.string() }),
	z.object({ kind: z.literal("event"), event: auditEvent }),
	z.object({ kind: z.literal("engine"), engine: engineStatus }),
	z.object({ kind: z.literal("settings"), settings }),
	z.object({ kind: z.literal("vm"), vm }),
	z.object({ kind: z.literal("vmGone"), uuid: z.string() }),
	z.object({ kind: z.literal("hypervisor"), hypervisor: hypervisorStatus }),
	/** A template or a snapshot came, went or is another now: ask for them again. */
	z.object({ kind: z.literal("library") }),
]);
export type Change = z.infer<typeof change>;
