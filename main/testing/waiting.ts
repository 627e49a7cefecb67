import type { DockerEngine } from "../docker/engine.ts";
import { type DockerEvent, watchEvents } from "../docker/events.ts";

/** Subscribes before `act` runs and resolves with the first event that `matches`. Rejects after the limit. */
export async function eventAfter(
	engine: DockerEngine,
	matches: (event: DockerEvent) => boolean,
	act: () => Promise<unknown>,
	limitMs = 30_000,
): Promise<DockerEvent> {
	const found = Promise.withResolvers<DockerEvent>();
	const open = Promise.withResolvers<void>();
	const watch = watchEvents(engine, {
		onOpen: () => open.resolve(),
		onEvent: (event) => matches(event) && found.resolve(event),
		onEnd: (error) => {
			const reason = error ?? new Error("The events ended.");
			open.reject(reason);
			found.reject(reason);
		},
	});
	const timer = setTimeout(() => found.reject(new Error(`No such event within ${limitMs} ms.`)), limitMs);
	// Both may be rejected before anybody waits for them.
	found.promise.catch(() => undefined);
	try {
		await open.promise;
		await act();
		return await found.promise;
	} finally {
		clearTimeout(timer);
		watch.close();
	}
}

/** Resolves at the first value a subscription gives that `matches`. `subscribe` returns how to end it. */
export async function firstOf<T>(
	subscribe: (listener: (value: T) => void) => () => void,
	matches: (value: T) => boolean,
	limitMs = 30_000,
): Promise<T> {
	const { promise, resolve, reject } = Promise.withResolvers<T>();
	const timer = setTimeout(() => reject(new Error(`Not seen within ${limitMs} ms.`)), limitMs);
	const end = subscribe((value) => matches(value) && resolve(value));
	try {
		return await promise;
	} finally {
		clearTimeout(timer);
		end();
	}
}
