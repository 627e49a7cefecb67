import type { ContainerCreateOptions, EndpointSettings, HostConfig } from "dockerode";
import type { ResolvedMachine } from "../../blueprint/resolved.ts";
import { compareApi } from "../../docker/api-version.ts";
import { containerName, networkName } from "./engine-names.ts";
import { guestEnvironment, guestHostConfig, guestOverheadBytes, isGuest } from "./guest-container.ts";

export interface SpecContext {
	readonly owner: string;
	readonly rangeId: string;
	readonly rangeName: string;
	/** API version of the inner engine. */
	readonly apiVersion: string;
	/** Whether the inner engine has cgroups to enforce a machine's own limits. */
	readonly perMachineLimits: boolean;
	/** Names that the range's name server does not know, as "name:address": its virtual machines. */
	readonly extraHosts?: (machine: ResolvedMachine) => string[];
	/** Devices of the range's container that a machine with QEMU in it gets; nothing else asks for them. */
	readonly guestDevices?: readonly string[];
}

/** From API 1.44 on, one create call takes all endpoints, each with its MAC. */
export const takesAllEndpoints = (apiVersion: string): boolean => compareApi(apiVersion, "1.44") >= 0;
/** From API 1.48 (engine 28) on, an endpoint takes its interface's name and its rank as default gateway. */
export const namesInterfaces = (apiVersion: string): boolean => compareApi(apiVersion, "1.48") >= 0;

const processLimit = 4096;
const cpuShareUnit = 1024;

/**
 * The container of a machine. Everything that decides what it may do on its
 * engine is set here and in guest-container.ts and nowhere else: a blueprint reaches command, environment,
 * hostname, labels, terminal, and the two limits, and nothing more of HostConfig.
 */
export function containerSpec(machine: ResolvedMachine, context: SpecContext): ContainerCreateOptions {
	// A router gets its interfaces after its start: no engine would give it the networks' gateways.
	const nics = machine.role === "router" ? [] : machine.nics;
	const first = nics[0];
	const endpoints = takesAllEndpoints(context.apiVersion) ? nics : nics.slice(0, 1);
	return {
		name: containerName(machine.name),
		Image: machine.image,
		Hostname: machine.hostname,
		...(machine.command === null ? {} : { Cmd: [...machine.command] }),
		Env: Object.entries({ ...guestEnvironment(machine, context.guestDevices), ...machine.environment }).map(
			([key, value]) => `${key}=${value}`,
		),
		Labels: labels(machine, context),
		Tty: machine.serial,
		OpenStdin: machine.serial,
		// Before API 1.44 the first endpoint's MAC is a property of the container.
		...(first === undefined || takesAllEndpoints(context.apiVersion) ? {} : { MacAddress: first.mac }),
		HostConfig: hostConfig(machine, context),
		NetworkingConfig: {
			EndpointsConfig: Object.fromEntries(
				endpoints.map((nic, at) => [networkName(nic.network), endpointSettings(machine, at, context.apiVersion)]),
			),
		},
	};
}

/** Settings of one NIC: exact address and MAC and, where the engine can, its place and its rank. */
export function endpointSettings(machine: ResolvedMachine, position: number, apiVersion: string): EndpointSettings {
	const nic = machine.nics[position];
	if (nic === undefined) throw new Error(`${machine.name} has no NIC ${position}`);
	const settings = {
		IPAMConfig: { IPv4Address: nic.ip },
		// The engine's name server knows containers by their names; the machine's can differ.
		...(containerName(machine.name) === machine.name ? {} : { Aliases: [machine.name] }),
		...(takesAllEndpoints(apiVersion) ? { MacAddress: nic.mac } : {}),
		...(namesInterfaces(apiVersion)
			? {
					DriverOpts: { "com.docker.network.endpoint.ifname": `eth${position}` },
					GwPriority: nic.isDefault ? 1 : 0,
				}
			: {}),
	};
	// dockerode's type does not know the newest fields.
	return settings as EndpointSettings;
}

function hostConfig(machine: ResolvedMachine, context: SpecContext): HostConfig {
	const { cpus } = machine;
	const extraHosts = context.extraHosts?.(machine) ?? [];
	// A guest's memory is its own; what runs it comes on top.
	const overhead = isGuest(machine) ? guestOverheadBytes(machine) : 0;
	const memoryBytes = machine.memoryBytes === null ? null : machine.memoryBytes + overhead;
	return {
		...(machine.role === "router" ? routerConfig : { NetworkMode: firstNetwork(machine) }),
		...(isGuest(machine) ? guestHostConfig(context.guestDevices) : {}),
		...(extraHosts.length === 0 ? {} : { ExtraHosts: extraHosts }),
		RestartPolicy: { Name: "no" },
		LogConfig: { Type: "json-file", Config: { "max-size": "10m", "max-file": "2" } },
		...(context.perMachineLimits
			? {
					PidsLimit: processLimit,
					// Swap counts as memory: a limit that only moves the pages elsewhere is none.
					...(memoryBytes === null ? {} : { Memory: memoryBytes, MemorySwap: memoryBytes }),
					...(cpus === null ? {} : { CpuShares: Math.max(2, Math.round(cpus * cpuShareUnit)) }),
				}
			: {}),
	};
}

/** A router forwards, and sets up its own interfaces: in its own network namespace, and nothing more. */
const routerConfig: HostConfig = {
	NetworkMode: "none",
	CapAdd: ["NET_ADMIN"],
	Sysctls: { "net.ipv4.ip_forward": "1" },
};

function firstNetwork({ nics }: ResolvedMachine): string {
	return nics[0] === undefined ? "none" : networkName(nics[0].network);
}

/** A blueprint's own labels cannot take the place of ours. */
function labels(machine: ResolvedMachine, context: SpecContext): Record<string, string> {
	const own = Object.entries(machine.labels).filter(([key]) => !key.startsWith("io.homerange."));
	return {
		...Object.fromEntries(own),
		"io.homerange.owner": context.owner,
		"io.homerange.range": context.rangeId,
		"io.homerange.range-name": context.rangeName,
		"io.homerange.role": "machine",
		"io.homerange.machine": machine.name,
	};
}
