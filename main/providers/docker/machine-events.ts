import type { DockerEngine } from "../../docker/engine.ts";
import { type DockerEvent, watchEvents } from "../../docker/events.ts";
import type { MachineEvent, MachineListener, MachineWatch } from "../machine-provider.ts";
import { machineLabel } from "./observed.ts";

const kinds: Readonly<Record<string, MachineEvent["kind"]>> = {
	start: "started",
	die: "exited",
	oom: "out-of-memory",
	pause: "paused",
	unpause: "resumed",
	destroy: "removed",
};

/** One stream of a range's events for all who listen: each stream is a process in the range's container. */
export class MachineEvents {
	readonly #inner: DockerEngine;
	readonly #rangeId: string;
	readonly #listeners = new Set<MachineListener>();
	#stream: { close(): void } | null = null;
	#isOpen = false;

	constructor(inner: DockerEngine, rangeId: string) {
		this.#inner = inner;
		this.#rangeId = rangeId;
	}

	listen(listener: MachineListener): MachineWatch {
		this.#listeners.add(listener);
		if (this.#stream === null) this.#open();
		else if (this.#isOpen) listener.onOpen?.();
		return {
			close: () => {
				this.#listeners.delete(listener);
				if (this.#listeners.size === 0) this.#close();
			},
		};
	}

	#open(): void {
		const stream = watchEvents(this.#inner, {
			filters: { type: ["container"], event: Object.keys(kinds), label: [`io.homerange.range=${this.#rangeId}`] },
			onOpen: () => {
				if (this.#stream !== stream) return;
				this.#isOpen = true;
				for (const listener of [...this.#listeners]) listener.onOpen?.();
			},
			onEvent: (event) => {
				const own = this.#stream === stream ? toMachineEvent(event) : null;
				if (own !== null) for (const listener of [...this.#listeners]) listener.onEvent(own);
			},
			onEnd: (error) => {
				if (this.#stream !== stream) return;
				this.#close();
				const listeners = [...this.#listeners];
				this.#listeners.clear();
				for (const listener of listeners) listener.onEnd(error);
			},
		});
		this.#stream = stream;
	}

	#close(): void {
		this.#stream?.close();
		this.#stream = null;
		this.#isOpen = false;
	}
}

function toMachineEvent(event: DockerEvent): MachineEvent | null {
	const kind = kinds[event.action];
	const name = event.attributes[machineLabel];
	return kind === undefined || name === undefined ? null : { engineId: event.id, name, kind };
}
