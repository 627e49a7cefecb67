import type { ErrorInfo } from "../../contract/errors.ts";
import type { ChannelEnd } from "./console-channel.ts";

/** What a console is doing, for its toolbar and its tab. */
export type ConsoleStatus =
	| { state: "connecting" }
	| { state: "open" }
	/** VNC only: the machine wants a password. */
	| { state: "password" }
	/** The program ended by itself. */
	| { state: "exited"; exitCode: number | null }
	/** The engine went away; the other end may still live. */
	| { state: "lost" }
	| { state: "failed"; error: ErrorInfo };

export function statusOfEnd(end: ChannelEnd): ConsoleStatus {
	if (end.error !== null) return { state: "failed", error: end.error };
	if (end.isLost) return { state: "lost" };
	return { state: "exited", exitCode: end.exitCode };
}

export const hasEnded = (status: ConsoleStatus): boolean =>
	status.state === "exited" || status.state === "lost" || status.state === "failed";

/** A value that React can follow. */
export class Observed<T> {
	#value: T;
	readonly #listeners = new Set<() => void>();

	constructor(value: T) {
		this.#value = value;
	}

	readonly get = (): T => this.#value;

	set(value: T): void {
		if (Object.is(value, this.#value)) return;
		this.#value = value;
		for (const listener of this.#listeners) listener();
	}

	readonly subscribe = (listener: () => void): (() => void) => {
		this.#listeners.add(listener);
		return () => this.#listeners.delete(listener);
	};
}

/** A living console. It belongs to its tab, not to the page, so that no navigation ends it. */
export interface ConsoleSession {
	readonly element: HTMLElement;
	readonly status: Observed<ConsoleStatus>;
	/** Starts again after an end. */
	restart(): void;
	focus(): void;
	/** Ends it for good. */
	dispose(): void;
}
