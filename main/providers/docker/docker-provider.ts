import { HomerangeError } from "../../../contract/errors.ts";
import type { ResolvedMachine } from "../../blueprint/resolved.ts";
import { DockerApiError, hasStatus, isNotFound } from "../../docker/api-errors.ts";
import type { InnerEngine } from "../../docker/engine.ts";
import { enterProcess } from "../../docker/enter-process.ts";
import { exitReason, MachineFault } from "../machine-fault.ts";
import type {
	Capability,
	MachineCapability,
	MachineListener,
	MachineProvider,
	MachineWatch,
	ObservedMachine,
} from "../machine-provider.ts";
import type { ProbeSite } from "../probes/network-probe.ts";
import { awaitProbe, type ReadinessSite, runPostBoot } from "../probes/readiness.ts";
import {
	containerSpec,
	endpointSettings,
	namesInterfaces,
	type SpecContext,
	takesAllEndpoints,
} from "./container-spec.ts";
import { containerName, networkName } from "./engine-names.ts";
import { type InjectedFile, packFiles } from "./files-archive.ts";
import { isGuest } from "./guest-container.ts";
import { findGuestDevices, guestSeed } from "./guest-setup.ts";
import { inGuest } from "./in-guest.ts";
import { lastLines } from "./last-lines.ts";
import { probeLog } from "./log-probe.ts";
import { MachineEvents } from "./machine-events.ts";
import { nicMismatch } from "./nics.ts";
import { type InspectAnswer, inspectAnswer, listAnswer, toObserved } from "./observed.ts";
import { arrangeNics } from "./older-engine-nics.ts";
import { runInContainer } from "./run-in-container.ts";

/** Lines of a machine's last output that its reason quotes. */
const quotedLines = 5;
export interface DockerProviderOptions {
	readonly inner: InnerEngine;
	/** The range's container, to run probes in the network namespace of its bridges. */
	readonly site: ProbeSite;
	readonly range: Pick<SpecContext, "owner" | "rangeId" | "rangeName">;
	/** Gateway address of each network. */
	readonly gateways: ReadonlyMap<string, string>;
	/** Names that only this machine is told of, as "name:address". */
	extraHosts(machine: ResolvedMachine): string[];
	/** Whether the inner engine has cgroups for single machines, and why not. */
	readonly limits: { readonly perMachine: boolean; readonly reason: string | null };
	/** Plugs a router machine that has just started into its networks, by the process that it is. */
	attachRouter(pid: number, signal: AbortSignal): Promise<void>;
	/** The bytes of files that the blueprint gives as a `source`, by that name. */
	fileSources(): ReadonlyMap<string, Uint8Array>;
}

/** Machines as containers of the range's inner engine. */
export class DockerProvider implements MachineProvider {
	readonly name = "docker";
	readonly capabilities: Readonly<Record<MachineCapability, Capability>>;
	readonly #o: DockerProviderOptions;
	readonly #context: SpecContext;
	readonly #events: MachineEvents;

	constructor(options: DockerProviderOptions) {
		this.#o = options;
		const { apiVersion } = options.inner;
		this.#context = {
			...{ ...options.range, apiVersion, perMachineLimits: options.limits.perMachine },
			extraHosts: (machine) => options.extraHosts(machine),
		};
		this.#events = new MachineEvents(options.inner, options.range.rangeId);
		this.capabilities = capabilitiesOf(options.limits);
	}

	async create(machine: ResolvedMachine, signal: AbortSignal): Promise<string> {
		const { api } = this.#o.inner;
		const context = isGuest(machine) ? await this.#guestContext(machine, signal) : this.#context;
		const spec: object = { ...containerSpec(machine, context), abortSignal: signal };
		try {
			const container = await api.createContainer(spec).catch(async (error: unknown) => {
				if (!hasStatus(error, 409)) throw error;
				const present = await this.#look(containerName(machine.name), signal);
				if (present !== null && present.State.Status !== "created") return api.getContainer(present.Id);
				// A half-made one may lack files or NICs; it never ran, so nothing is lost with it.
				if (present !== null) await this.remove(present.Id, signal);
				return await api.createContainer(spec);
			});
			const isRouter = machine.role === "router";
			if (!isRouter && !takesAllEndpoints(this.#context.apiVersion)) {
				await this.#connectOthers(container.id, machine, signal);
			}
			const given = this.#files(machine);
			const files = isGuest(machine) ? [await this.#seed(machine, given, container.id, signal)] : given;
			if (files.length > 0) {
				await container.putArchive(await packFiles(files), { path: "/", abortSignal: signal });
			}
			return container.id;
		} catch (error) {
			throw asFault(error, "It cannot be created");
		}
	}

	async start(machine: ResolvedMachine, engineId: string, signal: AbortSignal): Promise<void> {
		await this.#startContainer(engineId, signal);
		await this.#verify(machine, engineId, signal);
	}

	async becomeReady(machine: ResolvedMachine, engineId: string, signal: AbortSignal): Promise<void> {
		// Nothing to wait for: the start has seen it run, and its end is an event like any later one.
		if (machine.ready === null && machine.postBoot.length === 0) return;
		const gone = new AbortController();
		const during = AbortSignal.any([signal, gone.signal]);
		const watch = this.watch({
			onEvent: (event) => {
				if (event.engineId === engineId && (event.kind === "exited" || event.kind === "removed")) gone.abort();
			},
			// Without events the wait still ends, by the probe's own limit.
			onEnd: () => undefined,
		});
		const { inner } = this.#o;
		const hasGuest = isGuest(machine);
		const inside = await this.#siteOf(engineId, signal);
		const at: ReadinessSite = {
			// Seen from its container, a guest's address is the container's own: its probes come from beside it.
			site: hasGuest ? this.#o.site : inside,
			shell: "sh",
			byAgent: hasGuest,
			run: (words, limitMs, until) =>
				runInContainer(inner, engineId, { command: hasGuest ? inGuest(words) : [...words], limitMs }, until),
			awaitLine: async (pattern, timeoutMs, until) => {
				const seen = await this.#look(engineId, during);
				const since = seen && toObserved(seen).startedAt;
				await probeLog(inner, { engineId, pattern, timeoutMs, since, terminal: seen?.Config.Tty ?? false }, until);
			},
		};
		try {
			await awaitProbe(at, machine, during);
			await runPostBoot(at, machine.postBoot, during);
		} catch (error) {
			signal.throwIfAborted();
			// A machine that ended explains itself better than the probe that could not reach it.
			throw (await this.#endOf(engineId, signal)) ?? error;
		} finally {
			watch.close();
		}
		const end = await this.#endOf(engineId, signal);
		if (end !== null) throw end;
	}

	async stop(engineId: string, graceSeconds: number, signal: AbortSignal): Promise<void> {
		// A frozen process hears no signal.
		await this.resume(engineId, signal);
		await unlessAlready(
			this.#o.inner.api.getContainer(engineId).stop({ t: graceSeconds, abortSignal: signal }),
			304,
			404,
		);
	}

	async restart(machine: ResolvedMachine, engineId: string, graceSeconds: number, signal: AbortSignal): Promise<void> {
		await this.stop(engineId, graceSeconds, signal);
		await this.start(machine, engineId, signal);
	}

	async pause(engineId: string, signal: AbortSignal): Promise<void> {
		const { pause } = this.capabilities;
		if (!pause.supported) throw new HomerangeError("UNSUPPORTED", pause.reason, { remedy: "Pause the whole range." });
		const seen = await this.inspect(engineId, signal);
		if (seen?.status === "paused") return;
		await this.#o.inner.api.getContainer(engineId).pause({ abortSignal: signal });
	}

	async resume(engineId: string, signal: AbortSignal): Promise<void> {
		const seen = await this.inspect(engineId, signal);
		if (seen?.status === "paused") await this.#o.inner.api.getContainer(engineId).unpause({ abortSignal: signal });
	}

	async remove(engineId: string, signal: AbortSignal): Promise<void> {
		const options: object = { force: true, v: true, abortSignal: signal };
		await unlessAlready(this.#o.inner.api.getContainer(engineId).remove(options), 404);
	}

	async inspect(engineId: string, signal: AbortSignal): Promise<ObservedMachine | null> {
		const seen = await this.#look(engineId, signal);
		return seen === null ? null : toObserved(seen);
	}

	async list(signal: AbortSignal): Promise<ObservedMachine[]> {
		const { api } = this.#o.inner;
		const filters = { label: [`io.homerange.range=${this.#context.rangeId}`, "io.homerange.role=machine"] };
		const found = listAnswer.parse(await api.listContainers({ all: true, filters, abortSignal: signal }));
		const seen = await Promise.all(found.map(({ Id }) => this.inspect(Id, signal)));
		return seen.filter((machine) => machine !== null);
	}

	async tail(engineId: string, lines: number, signal: AbortSignal): Promise<string[]> {
		const seen = await this.#look(engineId, signal);
		if (seen === null) return [];
		return await lastLines(this.#o.inner, engineId, { lines, terminal: seen.Config.Tty }, signal);
	}

	watch(listener: MachineListener): MachineWatch {
		return this.#events.listen(listener);
	}

	/** What a VM in a container needs, and whether this range has it. */
	async #guestContext(machine: ResolvedMachine, signal: AbortSignal): Promise<SpecContext> {
		if (needsArranging(machine, this.#context.apiVersion)) {
			throw new MachineFault(
				"It cannot be created: with this inner engine a VM in a container can have one NIC. Use an engine from 28 on.",
			);
		}
		return { ...this.#context, guestDevices: await findGuestDevices(this.#o.site, signal) };
	}

	#seed(machine: ResolvedMachine, files: readonly InjectedFile[], instanceId: string, signal: AbortSignal) {
		const { inner, gateways } = this.#o;
		return guestSeed(machine, files, { inner, gateways, instanceId }, signal);
	}

	async #connectOthers(engineId: string, machine: ResolvedMachine, signal: AbortSignal): Promise<void> {
		// One after the other: the order of the calls is all that an older engine lets us say about the order of NICs.
		for (const [position, nic] of machine.nics.entries()) {
			if (position === 0) continue;
			const options: object = {
				Container: engineId,
				EndpointConfig: endpointSettings(machine, position, this.#context.apiVersion),
				abortSignal: signal,
			};
			await this.#o.inner.api.getNetwork(networkName(nic.network)).connect(options);
		}
	}

	#files(machine: ResolvedMachine): InjectedFile[] {
		const sources = machine.files.some((file) => file.source !== null)
			? this.#o.fileSources()
			: new Map<string, Uint8Array>();
		return machine.files.map(({ path, mode, content, source }) => {
			const body = content ?? sources.get(source ?? "");
			if (body === undefined) throw new MachineFault(`It cannot be created: the content of ${path} is not there.`);
			return { path, mode, content: body };
		});
	}

	async #startContainer(engineId: string, signal: AbortSignal): Promise<void> {
		try {
			await unlessAlready(this.#o.inner.api.getContainer(engineId).start({ abortSignal: signal }), 304);
		} catch (error) {
			throw asFault(error, "It cannot start");
		}
	}

	/** Looks at the machine right after its start: it must run, with exactly the NICs that are wanted. */
	async #verify(machine: ResolvedMachine, engineId: string, signal: AbortSignal): Promise<void> {
		let seen = await this.#look(engineId, signal);
		if (seen?.State.Running && machine.role === "router") {
			await this.#o.attachRouter(seen.State.Pid, signal);
			return;
		}
		if (seen?.State.Running && needsArranging(machine, this.#context.apiVersion)) {
			const nic = machine.nics.find((candidate) => candidate.isDefault);
			const gateway = (nic && this.#o.gateways.get(nic.network)) ?? null;
			await arrangeNics(machine, { site: this.#o.site, pid: seen.State.Pid, gateway }, signal);
			// The engine still tells the MACs that it gave; the namespace has the right ones.
			seen = withMacs(seen, machine);
		}
		if (seen === null) throw new MachineFault("Its container is gone.");
		const observed = toObserved(seen);
		if (observed.status !== "running" && observed.status !== "paused") throw await this.#fault(observed, signal);
		const mismatch = nicMismatch(machine.nics, observed.nics);
		if (mismatch !== null) throw new MachineFault(mismatch);
	}

	/** Probes run in the machine's own network namespace: with a router machine there is no address beside it. */
	async #siteOf(engineId: string, signal: AbortSignal): Promise<ProbeSite> {
		const seen = await this.#look(engineId, signal);
		if (seen === null || !seen.State.Running)
			throw (await this.#endOf(engineId, signal)) ?? new MachineFault("It ended.");
		return enterProcess(this.#o.site, seen.State.Pid);
	}

	/** The fault of a machine that ended; null while it runs. */
	async #endOf(engineId: string, signal: AbortSignal): Promise<MachineFault | null> {
		const seen = await this.inspect(engineId, signal);
		if (seen === null) return new MachineFault("Its container was removed.");
		return seen.status === "running" || seen.status === "paused" ? null : await this.#fault(seen, signal);
	}

	async #fault(seen: ObservedMachine, signal: AbortSignal): Promise<MachineFault> {
		if (seen.error !== null) return new MachineFault(`It cannot run: ${seen.error}`);
		return new MachineFault(exitReason(seen, await this.tail(seen.engineId, quotedLines, signal)));
	}

	async #look(container: string, signal: AbortSignal): Promise<InspectAnswer | null> {
		try {
			const options: object = { abortSignal: signal };
			return inspectAnswer.parse(await this.#o.inner.api.getContainer(container).inspect(options));
		} catch (error) {
			if (isNotFound(error)) return null;
			throw error;
		}
	}
}

/** What an engine refuses about one machine is that machine's failure; a full disk or a dead engine is not. */
function asFault(error: unknown, what: string): unknown {
	if (!(error instanceof DockerApiError) || error.code !== "ENGINE_REFUSED") return error;
	return new MachineFault(`${what}: ${error.message}`, { cause: error });
}

async function unlessAlready(action: Promise<unknown>, ...statuses: number[]): Promise<void> {
	try {
		await action;
	} catch (error) {
		if (!hasStatus(error, ...statuses)) throw error;
	}
}

function needsArranging(machine: ResolvedMachine, apiVersion: string): boolean {
	return !namesInterfaces(apiVersion) && machine.nics.length > 1;
}

function withMacs(seen: InspectAnswer, machine: ResolvedMachine): InspectAnswer {
	const networks = Object.entries(seen.NetworkSettings.Networks ?? {}).map(([name, endpoint]) => {
		const nic = machine.nics.find((candidate) => networkName(candidate.network) === name);
		return [name, nic === undefined ? endpoint : { ...endpoint, MacAddress: nic.mac }] as const;
	});
	return { ...seen, NetworkSettings: { Networks: Object.fromEntries(networks) } };
}

function capabilitiesOf(limits: DockerProviderOptions["limits"]): Record<MachineCapability, Capability> {
	const can: Capability = { supported: true, reason: null };
	const limited: Capability = limits.perMachine
		? can
		: { supported: false, reason: limits.reason ?? "The inner engine cannot limit single machines here." };
	const pausable: Capability = limits.perMachine
		? can
		: {
				supported: false,
				reason: "A single machine cannot be paused in this isolation profile: it has no cgroup of its own.",
			};
	return {
		pause: pausable,
		memoryLimit: limited,
		cpuShare: limited,
		processLimit: limited,
		exactMacs: can,
		vnc: can,
		serial: can,
	};
}
