import type Dockerode from "dockerode";
import type { IsolationProfile as IsolationProfileName } from "../../contract/ranges.ts";

export type { IsolationProfileName };

/** Whose start-up script an image has: our own recipe, or the official docker:dind family. */
export type DindRecipe = "homerange" | "official";

/** What a profile needs to know to say how its container runs. */
export interface ProfileRequest {
	recipe: DindRecipe;
	/** Subnets the range uses or will use, for what the profile puts beside them. */
	avoid: string[];
}

/** The parts of a create call that a profile decides. */
export interface ProfileOptions {
	cmd: string[];
	environment: string[];
	/** Where the inner engine keeps its data: the volume's place. */
	dataFolder: string;
	hostConfig: Pick<Dockerode.HostConfig, "Privileged" | "SecurityOpt" | "MaskedPaths" | "ReadonlyPaths" | "Devices">;
}

/** How a range's container is confined: one small strategy for each way. */
export interface IsolationProfile {
	readonly name: IsolationProfileName;
	containerOptions(request: ProfileRequest): ProfileOptions;
	/** The same command, run inside the network namespace that holds the range's bridges. */
	enterNetns(command: string[]): string[];
	/** The interface in that namespace that leads out of the range. */
	readonly outerInterface: string;
	/** Whether the inner engine can limit each machine's CPU and memory; the whole range is limited in any case. */
	readonly limits: { perMachine: boolean; reason: string | null };
}

/**
 * Where every machine's resolver sends questions that the inner engine cannot answer itself. Nothing has this
 * address (192.0.0.0/24 is reserved for protocols): the filter redirects it for networks with internet and drops
 * it for all others. It must not be a loopback address, for which the inner engine would ask in its own name.
 */
export const resolverAddress = "192.0.0.53";

/** What the inner engine is told in every profile: the packet filter is ours alone, and it asks no one for names. */
export const innerEngineArguments = [
	"--iptables=false",
	"--ip6tables=false",
	"--ip-forward=true",
	"--bridge=none",
	"--storage-driver=overlay2",
	`--dns=${resolverAddress}`,
	"--dns-search=.",
];
