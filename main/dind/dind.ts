import type { IsolationProfile, IsolationProfileName } from "./isolation-profile.ts";
import { profileOf } from "./profiles.ts";

/** What a range's container must be. */
export interface DindSpec {
	owner: string;
	rangeId: string;
	rangeName: string;
	image: string;
	profile: IsolationProfileName;
	/** The outer network's subnet, from chooseOuterSubnet. */
	subnet: string;
	/** Where another subnet is taken from when someone else was faster. */
	pool: string;
	/** The blueprint's subnets. */
	avoid: string[];
	cpus: number;
	memoryBytes: number;
	/** Volume of the layer store that its images are links into; null: it has all of its own. */
	store: string | null;
	/** Some network of the range has internet. */
	hasInternet: boolean;
}

/** What is remembered about a range's container: plain data, fit for a database. */
export interface DindRecord {
	rangeId: string;
	container: string;
	volume: string;
	network: string;
	/** Subnet of the outer network, an IPv4 CIDR. */
	subnet: string;
	/** Image of the container. */
	image: string;
	profile: IsolationProfileName;
}

/** A range's container on the host engine: its names, and the way into its network namespace. */
export interface Dind extends Omit<DindRecord, "profile"> {
	profile: IsolationProfile;
	enterNetns(command: string[]): string[];
}

export function dindOf(record: DindRecord): Dind {
	const { rangeId, container, volume, network, subnet, image } = record;
	const profile = profileOf(record.profile);
	const enterNetns = (command: string[]) => profile.enterNetns(command);
	return { rangeId, container, volume, network, subnet, image, profile, enterNetns };
}
