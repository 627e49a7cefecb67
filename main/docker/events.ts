import { z } from "zod";
import { unreachable } from "./api-errors.ts";
import { asking } from "./asking.ts";
import type { DockerEngine } from "./engine.ts";
import { readJsonLines } from "./json-lines.ts";

/** A line of `GET /events`. */
const eventLine = z.object({
	Type: z.string(),
	Action: z.string(),
	Actor: z.object({ ID: z.string(), Attributes: z.record(z.string(), z.string()).nullish() }),
	timeNano: z.number().optional(),
	time: z.number().optional(),
});

export interface DockerEvent {
	/** "container", "network", "image", "volume", "daemon". */
	type: string;
	/** "start", "die", "health_status: healthy", … */
	action: string;
	/** The object's id. */
	id: string;
	/** Labels, name, exitCode, …: an inner engine's machine decides them, so they are untrusted. */
	attributes: Record<string, string>;
	/** Milliseconds. */
	time: number;
}

export interface WatchEventsOptions {
	/** As of the API: `{ type: ["container"], label: ["a=b"] }`. */
	filters?: Record<string, string[]>;
	onEvent(event: DockerEvent): void;
	/** The stream is open: what happens from now on is seen. Look at the state after this. */
	onOpen?(): void;
	/** Once, at the end: the error, or null after `close()`. */
	onEnd(error: Error | null): void;
}

export function watchEvents(engine: DockerEngine, options: WatchEventsOptions): { close(): void } {
	const abort = new AbortController();
	const run = async () => {
		const request = { filters: options.filters ?? {}, abortSignal: abort.signal };
		const stream = await asking(engine.api).getEvents(request);
		options.onOpen?.();
		await readJsonLines(stream, (value) => {
			const line = eventLine.safeParse(value);
			// Old engines repeat some events in a form without an actor; nothing is lost with them.
			if (!line.success || abort.signal.aborted) return;
			const { Type: type, Action: action, Actor: actor, timeNano, time } = line.data;
			const ms = timeNano === undefined ? (time ?? 0) * 1000 : timeNano / 1e6;
			options.onEvent({ type, action, id: actor.ID, attributes: actor.Attributes ?? {}, time: ms });
		});
		throw new Error("it ended its stream of events");
	};
	run().catch((error: unknown) => options.onEnd(abort.signal.aborted ? null : unreachable(engine.label, error)));
	return { close: () => abort.abort() };
}
