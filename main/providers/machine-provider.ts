import type { Nic, ProviderName } from "../../contract/ranges.ts";
import type { ResolvedMachine } from "../blueprint/resolved.ts";

/** What a provider may or may not be able to do for a machine of this range. */
export type MachineCapability = "pause" | "memoryLimit" | "cpuShare" | "processLimit" | "exactMacs" | "vnc" | "serial";

/** Whether it can; when it cannot, why, in a sentence for people. */
export type Capability =
	| { readonly supported: true; readonly reason: null }
	| { readonly supported: false; readonly reason: string };

/** What an engine shows of a machine at one moment. */
export interface ObservedMachine {
	readonly name: string;
	readonly engineId: string;
	/** `unknown`: its engine does not answer, and `error` says so. */
	readonly status: "created" | "running" | "paused" | "exited" | "dead" | "unknown";
	/** Of the last run; null while it runs or before it ran. */
	readonly exitCode: number | null;
	readonly outOfMemory: boolean;
	/** The engine's own words about why it could not run. */
	readonly error: string | null;
	/** As they are now; empty while the machine does not run. */
	readonly nics: readonly Pick<Nic, "network" | "ip" | "mac">[];
	/** Of its first process, as the range's container numbers it; null while it does not run, or is no process there. */
	readonly processId: number | null;
	/** Unix time in seconds of the last start; null before the first. */
	readonly startedAt: number | null;
}

/** Something happened to a machine, told by its engine; look at the machine to learn its state. */
export interface MachineEvent {
	readonly engineId: string;
	readonly name: string;
	readonly kind: "started" | "exited" | "paused" | "resumed" | "removed" | "out-of-memory" | "engine-changed";
}

export interface MachineListener {
	onEvent(event: MachineEvent): void;
	/** The engine's stream is open: what happens from now on is told. Look at the machines after this. */
	onOpen?(): void;
	/** The stream broke, before it was closed. */
	onEnd(error: Error | null): void;
}

export interface MachineWatch {
	close(): void;
}

/**
 * Runs the machines of one range. The same operations fit a container in the
 * range's DinD and a QEMU domain beside it. Every operation is idempotent: a
 * machine that is already as asked for is left alone.
 *
 * A machine's own failure (its command does not exist, it exits, its probe fails)
 * is a `MachineFault`; every other error is one of the infrastructure.
 */
export interface MachineProvider {
	readonly name: ProviderName;
	readonly capabilities: Readonly<Record<MachineCapability, Capability>>;
	/** Of one kind of machines, where there are several. */
	capabilitiesOf?(provider: ProviderName): Readonly<Record<MachineCapability, Capability>>;
	/** Makes the machine with its NICs and files, not started. Gives its id on the engine. */
	create(machine: ResolvedMachine, signal: AbortSignal): Promise<string>;
	/** Starts it and checks that it runs with exactly the NICs that the blueprint wants. */
	start(machine: ResolvedMachine, engineId: string, signal: AbortSignal): Promise<void>;
	/** Waits for the probe, then runs what comes after the boot. Ends at once when the machine exits. */
	becomeReady(machine: ResolvedMachine, engineId: string, signal: AbortSignal): Promise<void>;
	/** Asks it to end, and kills it after the grace. */
	stop(engineId: string, graceSeconds: number, signal: AbortSignal): Promise<void>;
	/** Stops it as `stop` does and starts it again with the same NICs. */
	restart(machine: ResolvedMachine, engineId: string, graceSeconds: number, signal: AbortSignal): Promise<void>;
	pause(engineId: string, signal: AbortSignal): Promise<void>;
	resume(engineId: string, signal: AbortSignal): Promise<void>;
	remove(engineId: string, signal: AbortSignal): Promise<void>;
	/** Null when the engine does not know it. */
	inspect(engineId: string, signal: AbortSignal): Promise<ObservedMachine | null>;
	/** The machines of this range that the engine holds. */
	list(signal: AbortSignal): Promise<ObservedMachine[]>;
	/** The last lines of its output, printable and bounded. */
	tail(engineId: string, lines: number, signal: AbortSignal): Promise<string[]>;
	/** Listens until closed, or until the stream breaks. */
	watch(listener: MachineListener): MachineWatch;
}
