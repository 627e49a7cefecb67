import type { ProviderName } from "../../contract/ranges.ts";
import type { ResolvedMachine } from "../blueprint/resolved.ts";
import type {
	Capability,
	MachineCapability,
	MachineListener,
	MachineProvider,
	MachineWatch,
	ObservedMachine,
} from "./machine-provider.ts";

/** Domains are known by their UUID, containers by a long hexadecimal number. */
const domainId = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/**
 * The machines of a range of both kinds, each with its own provider. Which one is always said by the machine, never by
 * the range.
 */
export class MixedProvider implements MachineProvider {
	readonly name = "docker";
	readonly #containers: MachineProvider;
	readonly #vms: MachineProvider;
	readonly #mayHaveVms: () => boolean;

	/** `mayHaveVms`: whether there can be any; a range of containers must not ask for a hypervisor. */
	constructor(containers: MachineProvider, vms: MachineProvider, mayHaveVms: () => boolean) {
		this.#containers = containers;
		this.#vms = vms;
		this.#mayHaveVms = mayHaveVms;
	}

	/** Of its containers; ask `capabilitiesOf` for those of a certain machine. */
	get capabilities(): Readonly<Record<MachineCapability, Capability>> {
		return this.#containers.capabilities;
	}

	capabilitiesOf(provider: ProviderName): Readonly<Record<MachineCapability, Capability>> {
		return this.#named(provider).capabilities;
	}

	create(machine: ResolvedMachine, signal: AbortSignal): Promise<string> {
		return this.#named(machine.provider).create(machine, signal);
	}

	start(machine: ResolvedMachine, engineId: string, signal: AbortSignal): Promise<void> {
		return this.#named(machine.provider).start(machine, engineId, signal);
	}

	becomeReady(machine: ResolvedMachine, engineId: string, signal: AbortSignal): Promise<void> {
		return this.#named(machine.provider).becomeReady(machine, engineId, signal);
	}

	stop(engineId: string, graceSeconds: number, signal: AbortSignal): Promise<void> {
		return this.#holderOf(engineId).stop(engineId, graceSeconds, signal);
	}

	restart(machine: ResolvedMachine, engineId: string, graceSeconds: number, signal: AbortSignal): Promise<void> {
		return this.#named(machine.provider).restart(machine, engineId, graceSeconds, signal);
	}

	pause(engineId: string, signal: AbortSignal): Promise<void> {
		return this.#holderOf(engineId).pause(engineId, signal);
	}

	resume(engineId: string, signal: AbortSignal): Promise<void> {
		return this.#holderOf(engineId).resume(engineId, signal);
	}

	remove(engineId: string, signal: AbortSignal): Promise<void> {
		return this.#holderOf(engineId).remove(engineId, signal);
	}

	inspect(engineId: string, signal: AbortSignal): Promise<ObservedMachine | null> {
		return this.#holderOf(engineId).inspect(engineId, signal);
	}

	async list(signal: AbortSignal): Promise<ObservedMachine[]> {
		const containers = this.#containers.list(signal);
		if (!this.#mayHaveVms()) return await containers;
		return (await Promise.all([containers, this.#vms.list(signal)])).flat();
	}

	tail(engineId: string, lines: number, signal: AbortSignal): Promise<string[]> {
		return this.#holderOf(engineId).tail(engineId, lines, signal);
	}

	/** Breaks when one of the two breaks, so that whoever listens looks at everything again. */
	watch(listener: MachineListener): MachineWatch {
		let isOver = false;
		let open = 0;
		const watches: MachineWatch[] = [];
		const close = () => {
			isOver = true;
			for (const watch of watches) watch.close();
		};
		for (const provider of [this.#containers, this.#vms]) {
			watches.push(
				provider.watch({
					onEvent: (event) => isOver || listener.onEvent(event),
					onOpen: () => {
						open++;
						if (open === 2 && !isOver) listener.onOpen?.();
					},
					onEnd: (error) => {
						if (isOver) return;
						close();
						listener.onEnd(error);
					},
				}),
			);
		}
		return { close };
	}

	#named(provider: ProviderName): MachineProvider {
		return provider === "libvirt" ? this.#vms : this.#containers;
	}

	#holderOf(engineId: string): MachineProvider {
		return this.#named(domainId.test(engineId) ? "libvirt" : "docker");
	}
}
