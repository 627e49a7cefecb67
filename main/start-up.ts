import type { EngineStatus, HostInfo } from "../contract/engines.ts";
import type { ChangeBus } from "./changes/change-bus.ts";
import type { HostEngine } from "./docker/host-engine.ts";
import type { AuditLog } from "./events/audit-log.ts";
import type { Logger } from "./log.ts";
import type { Ranges } from "./ranges/index.ts";
import type { Snapshots } from "./snapshots/index.ts";
import type { Tasks } from "./tasks/tasks.ts";

interface Parts {
	readonly info: HostInfo;
	readonly tasks: Tasks;
	readonly events: AuditLog;
	readonly changes: ChangeBus;
	readonly host: HostEngine;
	readonly ranges: Ranges;
	readonly snapshots: Snapshots;
	readonly log: Logger;
}

/**
 * What an engine does once it serves: tells what the last one left unfinished,
 * looks for Docker, and compares every range with what Docker shows, at the
 * start and each time that Docker comes back.
 */
export function begin(
	{ info, tasks, events, changes, host, ranges, snapshots, log }: Parts,
	signal: AbortSignal,
): void {
	log.info({ ...info }, "the engine starts");
	events.prune();
	for (const task of tasks.markInterrupted()) {
		events.record({
			severity: "warning",
			type: "task.interrupted",
			actor: "engine",
			subject: { range: task.rangeName, rangeId: task.rangeId, machine: task.machine },
			message: `"${task.title}" was interrupted: the engine ended before it did.`,
		});
	}
	let state: EngineStatus["state"] = "connecting";
	let isSwept = false;
	host.onChange((engine) => {
		changes.publish({ kind: "engine", engine });
		if (engine.state === state) return;
		const before = state;
		state = engine.state;
		if (state === "connected") {
			ranges
				.reconcile(signal)
				.catch((error: unknown) => {
					if (!signal.aborted) log.error({ error }, "the ranges could not be compared with the engine");
				})
				.then(async () => {
					// What comes later than that is of this engine's own, which clears up after itself.
					if (isSwept) return;
					isSwept = true;
					await snapshots.sweep(signal);
				})
				.catch((error: unknown) => {
					if (!signal.aborted) log.warn({ error }, "what killed snapshots may have left could not be looked for");
				});
			if (before === "unreachable") recordEngine(events, engine);
		} else if (state === "unreachable") recordEngine(events, engine);
	});
	host.start();
}

function recordEngine(events: AuditLog, { state, chosen, candidates }: EngineStatus): void {
	const answers = state === "connected";
	events.record({
		severity: answers ? "info" : "error",
		type: answers ? "engine.connected" : "engine.unreachable",
		actor: "engine",
		message: answers
			? `The Docker Engine at ${chosen?.endpoint} answers again.`
			: `No Docker Engine answers. ${candidates[0]?.message ?? ""}`.trim(),
	});
}
