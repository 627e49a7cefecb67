import { HomerangeError } from "../../../contract/errors.ts";
import { providerAbility } from "../../../contract/providers.ts";
import type { ResolvedMachine } from "../../blueprint/resolved.ts";
import { pluggedInterfaces, plugInterfaces } from "../../dind/index.ts";
import { readOwner } from "../../libvirt/domains/index.ts";
import {
	CreateDomain,
	type Domain,
	isNoDomain,
	type LibvirtConnection,
	LibvirtError,
} from "../../libvirt/rpc/index.ts";
import { cutPower, undefine } from "../../vms/operations/power.ts";
import { MachineFault } from "../machine-fault.ts";
import type {
	Capability,
	MachineCapability,
	MachineEvent,
	MachineListener,
	MachineProvider,
	MachineWatch,
	ObservedMachine,
} from "../machine-provider.ts";
import { awaitProbe, type ReadinessSite, runPostBoot } from "../probes/readiness.ts";
import { runByAgentWithin } from "./agent-commands.ts";
import { defineVm } from "./define-vm.ts";
import { observedState } from "./observed-vm.ts";
import { serveAddresses, stopServing } from "./range-dhcp.ts";
import type { VmSite } from "./range-vms.ts";
import { reservationsOf } from "./reservations.ts";
import { awaitSerialLine } from "./serial-probe.ts";
import type { DomainEvent, VmHost } from "./vm-host.ts";
import { vmNames, volumesOf } from "./vm-names.ts";

export interface LibvirtProviderOptions {
	readonly vmHost: VmHost;
	readonly site: VmSite;
	/** The installation. */
	readonly owner: string;
}

const can: Capability = { supported: true, reason: null };
const silent = "Its hypervisor does not answer.";

/**
 * Machines as domains of libvirt beside the range's container, each with its network cards on the range's bridges. A
 * VM lives no longer than that container runs: its taps are in the container's network namespace.
 */
export class LibvirtProvider implements MachineProvider {
	readonly name = "libvirt";
	readonly capabilities: Readonly<Record<MachineCapability, Capability>> = {
		pause: can,
		memoryLimit: can,
		cpuShare: {
			supported: false,
			reason: "A VM has whole processors of its own, which it shares with whatever else runs on the host.",
		},
		processLimit: { supported: false, reason: providerAbility("libvirt", "processes").note },
		exactMacs: can,
		vnc: can,
		serial: can,
	};
	readonly #o: LibvirtProviderOptions;
	/** What machines are called here, by their domain; learned as they are made and looked at. */
	readonly #names = new Map<string, string>();

	constructor(options: LibvirtProviderOptions) {
		this.#o = options;
	}

	async create(machine: ResolvedMachine, signal: AbortSignal): Promise<string> {
		const connection = await this.#o.vmHost.connection(signal);
		const { domain: name } = vmNames(this.#o.site, machine.name);
		const present = await find(() => connection.domains.lookupByName(name, { signal }));
		if (present !== null) {
			await this.#refuseForeign(connection, present, machine.name, signal);
			this.#names.set(present.uuid, machine.name);
			return present.uuid;
		}
		const uuid = await asFault("It cannot be created", () => defineVm(this.#o, connection, machine, signal));
		this.#names.set(uuid, machine.name);
		return uuid;
	}

	async start(machine: ResolvedMachine, engineId: string, signal: AbortSignal): Promise<void> {
		const connection = await this.#o.vmHost.connection(signal);
		const domain = await this.#domain(connection, engineId, signal);
		const { state } = await connection.domains.state(domain, { signal });
		if (state !== "shutoff") {
			if (await this.#isPlugged(machine, signal)) {
				// A start that was cut off left it frozen before its first instruction.
				if (state === "paused") await connection.domains.resume(domain, { signal });
				return;
			}
			// The range's container was started anew, and the cables went with the old one.
			await cutPower(connection, domain, signal);
		}
		await this.#plugAndStart(connection, domain, machine, signal);
	}

	async becomeReady(machine: ResolvedMachine, engineId: string, signal: AbortSignal): Promise<void> {
		if (machine.ready === null && machine.postBoot.length === 0) return;
		const connection = await this.#o.vmHost.connection(signal);
		const domain = await this.#domain(connection, engineId, signal);
		const gone = new AbortController();
		const during = AbortSignal.any([signal, gone.signal]);
		const unsubscribe = this.#o.vmHost.onDomain(({ domain: { uuid }, event }) => {
			if (uuid === engineId && (event === "stopped" || event === "undefined" || event === "crashed")) gone.abort();
		});
		const at: ReadinessSite = {
			site: await this.#o.site.probeSite(during),
			shell: "/bin/sh",
			byAgent: true,
			run: (command, limitMs, until) => runByAgentWithin(connection, domain, { command, limitMs }, until),
			awaitLine: (...line) => awaitSerialLine(() => this.#o.vmHost.openSerial(engineId), ...line),
		};
		try {
			await awaitProbe(at, machine, during);
			await runPostBoot(at, machine.postBoot, during);
		} catch (error) {
			signal.throwIfAborted();
			if (!gone.signal.aborted) throw error;
			const said = await this.tail(engineId, 5, signal);
			throw new MachineFault(`It stopped before it was ready. ${quoted(said)}`, { cause: error });
		} finally {
			unsubscribe();
		}
	}

	async stop(engineId: string, graceSeconds: number, signal: AbortSignal): Promise<void> {
		const connection = await this.#o.vmHost.connection(signal);
		const domain = await find(() => connection.domains.lookupByUuid(engineId, { signal }));
		if (domain === null) return;
		const { state } = await connection.domains.state(domain, { signal });
		if (state === "shutoff") return;
		// A frozen guest hears nothing.
		if (state === "paused") await connection.domains.resume(domain, { signal });
		if (graceSeconds > 0 && (await this.#o.vmHost.shutDown(domain, graceSeconds, signal))) return;
		await cutPower(connection, domain, signal);
	}

	async restart(machine: ResolvedMachine, engineId: string, graceSeconds: number, signal: AbortSignal): Promise<void> {
		await this.stop(engineId, graceSeconds, signal);
		await this.start(machine, engineId, signal);
	}

	async pause(engineId: string, signal: AbortSignal): Promise<void> {
		const connection = await this.#o.vmHost.connection(signal);
		const domain = await this.#domain(connection, engineId, signal);
		const { state } = await connection.domains.state(domain, { signal });
		if (state !== "paused") await connection.domains.suspend(domain, { signal });
	}

	async resume(engineId: string, signal: AbortSignal): Promise<void> {
		const connection = await this.#o.vmHost.connection(signal);
		const domain = await this.#domain(connection, engineId, signal);
		const { state } = await connection.domains.state(domain, { signal });
		if (state === "paused") await connection.domains.resume(domain, { signal });
	}

	async remove(engineId: string, signal: AbortSignal): Promise<void> {
		const connection = await this.#o.vmHost.connection(signal);
		const domain = await find(() => connection.domains.lookupByUuid(engineId, { signal }));
		if (domain === null) return;
		await this.#refuseForeign(connection, domain, null, signal);
		await removeVm(this.#o.vmHost, connection, domain, signal);
		const { host, dind } = this.#o.site;
		const name = this.#names.get(engineId);
		if (name !== undefined) await stopServing(host, dind, vmNames(this.#o.site, name).dhcpPorts(mostNics), signal);
		this.#names.delete(engineId);
	}

	async inspect(engineId: string, signal: AbortSignal): Promise<ObservedMachine | null> {
		const name = this.#names.get(engineId);
		if (!this.#o.vmHost.isConnected && name !== undefined) return unknown(engineId, name);
		const connection = await this.#o.vmHost.connection(signal);
		const domain = await find(() => connection.domains.lookupByUuid(engineId, { signal }));
		return domain === null ? null : await this.#look(connection, domain, signal);
	}

	async list(signal: AbortSignal): Promise<ObservedMachine[]> {
		let connection: LibvirtConnection;
		try {
			connection = await this.#o.vmHost.connection(signal);
		} catch (error) {
			signal.throwIfAborted();
			if (!(error instanceof HomerangeError) || error.code !== "HYPERVISOR_UNAVAILABLE") throw error;
			// One hypervisor that is away must not hide the containers; what is not seen is not gone.
			return this.#o.site.known().map(({ engineId, name }) => unknown(engineId, name));
		}
		const seen = await Promise.all(
			(await ownDomains(connection, { owner: this.#o.owner, rangeId: this.#o.site.rangeId }, signal)).map(
				({ domain }) => this.#look(connection, domain, signal),
			),
		);
		return seen.filter((machine) => machine !== null);
	}

	async tail(engineId: string, lines: number, signal: AbortSignal): Promise<string[]> {
		// A removed one says nothing more, even if what it said is still in memory.
		if (!this.#names.has(engineId)) return [];
		return await this.#o.vmHost.serialTail(engineId, lines, signal);
	}

	/** Never breaks: a hypervisor that comes back is told as an event of every machine. */
	watch(listener: MachineListener): MachineWatch {
		const tell = (engineId: string, kind: MachineEvent["kind"]) => {
			const name = this.#o.site.known().find((machine) => machine.engineId === engineId)?.name;
			if (name !== undefined) listener.onEvent({ engineId, name, kind });
		};
		const unsubscribes = [
			this.#o.vmHost.onDomain((event) => {
				const kind = kindOf(event);
				if (kind !== null) tell(event.domain.uuid, kind);
			}),
			this.#o.vmHost.onConnection(() => {
				for (const { engineId } of this.#o.site.known()) tell(engineId, "engine-changed");
			}),
		];
		queueMicrotask(() => listener.onOpen?.());
		return {
			close: () => {
				for (const unsubscribe of unsubscribes) unsubscribe();
			},
		};
	}

	async #plugAndStart(
		connection: LibvirtConnection,
		domain: Domain,
		machine: ResolvedMachine,
		signal: AbortSignal,
	): Promise<void> {
		const { site, vmHost } = this.#o;
		const names = vmNames(site, machine.name);
		await serveAddresses(site.host, site.dind, reservationsOf(site, machine), signal);
		// Frozen until its cables are in and somebody listens: then nothing it sends or says is lost.
		const running = await asFault("It cannot start", () =>
			connection.domains.create(domain, CreateDomain.paused, { signal }),
		);
		try {
			const taps = names.taps(machine.nics.length);
			const plugs = machine.nics.map(({ network }, nic) => ({
				name: taps[nic] ?? "",
				bridge: site.networks.get(network)?.bridge ?? "",
			}));
			await Promise.all([plugInterfaces(site.host, site.dind, plugs, signal), vmHost.listen(running)]);
			await connection.domains.resume(running, { signal });
		} catch (error) {
			await cutPower(connection, running, AbortSignal.timeout(30_000));
			throw error;
		}
	}

	async #isPlugged(machine: ResolvedMachine, signal: AbortSignal): Promise<boolean> {
		const { host, dind } = this.#o.site;
		const taps = vmNames(this.#o.site, machine.name).taps(machine.nics.length);
		return (await pluggedInterfaces(host, dind, taps, signal)).length === taps.length;
	}

	async #look(connection: LibvirtConnection, domain: Domain, signal: AbortSignal): Promise<ObservedMachine | null> {
		try {
			const [state, xml] = await Promise.all([
				connection.domains.state(domain, { signal }),
				connection.domains.xml(domain, 0, { signal }),
			]);
			const owner = readOwner(xml);
			const name = this.#machineOf(owner?.machine ?? null);
			if (owner === null || owner.range !== this.#o.site.rangeId || name === null) return null;
			this.#names.set(domain.uuid, name);
			const nics = this.#o.site.nicsOf(name);
			return { ...observedState(state), name, engineId: domain.uuid, nics, processId: null, startedAt: null };
		} catch (error) {
			if (isNoDomain(error)) return null;
			throw error;
		}
	}

	/** The owner names machines by their id, which begins with the range's. */
	#machineOf(machineId: string | null): string | null {
		const prefix = `${this.#o.site.rangeId}-`;
		return machineId?.startsWith(prefix) ? machineId.slice(prefix.length) : null;
	}

	async #domain(connection: LibvirtConnection, engineId: string, signal: AbortSignal): Promise<Domain> {
		const domain = await find(() => connection.domains.lookupByUuid(engineId, { signal }));
		if (domain === null) throw new MachineFault("Its virtual machine is gone.");
		return domain;
	}

	async #refuseForeign(
		connection: LibvirtConnection,
		domain: Domain,
		machine: string | null,
		signal: AbortSignal,
	): Promise<void> {
		const seen = await this.#look(connection, domain, signal);
		if (seen !== null && (machine === null || seen.name === machine)) return;
		throw new HomerangeError("NOT_OURS", `The virtual machine ${domain.name} is not one of this range.`, {
			place: domain.name,
			remedy: "Rename or remove it; the range needs this name.",
		});
	}
}

/** More than a machine can have. */
const mostNics = 16;

/** The domains of this installation's ranges, or of one of them. */
export async function ownDomains(
	connection: LibvirtConnection,
	o: { owner: string; rangeId?: string },
	signal: AbortSignal,
): Promise<{ domain: Domain; rangeId: string }[]> {
	const all = (await connection.domains.list(0, { signal })).filter(({ name }) => name.startsWith("homerange-"));
	const owned = await Promise.all(
		all.map(async (domain): Promise<{ domain: Domain; rangeId: string }[]> => {
			const xml = await find(() => connection.domains.xml(domain, 0, { signal }));
			const owner = xml === null ? null : readOwner(xml);
			if (owner?.installation !== o.owner || owner.kind !== "range" || owner.range === null) return [];
			return o.rangeId === undefined || o.rangeId === owner.range ? [{ domain, rangeId: owner.range }] : [];
		}),
	);
	return owned.flat();
}

/** Removes a domain with everything that libvirt keeps for it, and its disks. */
export async function removeVm(
	vmHost: VmHost,
	connection: LibvirtConnection,
	domain: Domain,
	signal: AbortSignal,
): Promise<void> {
	await cutPower(connection, domain, signal);
	await find(() => undefine(connection, domain, signal));
	await vmHost.deleteVolumes(volumesOf(domain.name), signal);
}

async function find<T>(look: () => Promise<T>): Promise<T | null> {
	try {
		return await look();
	} catch (error) {
		if (isNoDomain(error)) return null;
		throw error;
	}
}

/** What libvirt refuses about one VM is that machine's failure. */
async function asFault<T>(what: string, act: () => Promise<T>): Promise<T> {
	try {
		return await act();
	} catch (error) {
		const isOfMachine =
			error instanceof LibvirtError ||
			(error instanceof HomerangeError && (error.code === "PREFLIGHT_FAILED" || error.code === "INPUT_INVALID"));
		if (!isOfMachine) throw error;
		throw new MachineFault(`${what}: ${error.message}`, { cause: error });
	}
}

function unknown(engineId: string, name: string): ObservedMachine {
	return {
		...{ engineId, name, status: "unknown", exitCode: null, outOfMemory: false, error: silent },
		...{ nics: [], processId: null, startedAt: null },
	};
}

function quoted(lines: readonly string[]): string {
	return lines.length === 0 ? "It wrote nothing on its serial line." : `Its last output: ${lines.join(" ⏎ ")}`;
}

function kindOf({ event }: DomainEvent): MachineEvent["kind"] | null {
	switch (event) {
		case "started":
			return "started";
		case "resumed":
			return "resumed";
		case "suspended":
		case "pmsuspended":
			return "paused";
		case "stopped":
		case "crashed":
			return "exited";
		case "undefined":
			return "removed";
		default:
			return null;
	}
}
