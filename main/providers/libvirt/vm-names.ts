import { createHash } from "node:crypto";

/** What a VM of a range is called in libvirt, in its pool, and on the network. */
export interface VmNames {
	readonly domain: string;
	readonly disk: string;
	readonly seed: string;
	/** The tap of each NIC, in their order. */
	taps(count: number): string[];
	/** The port behind which the address of each NIC is served. */
	dhcpPorts(count: number): string[];
}

/** Names of a range and of machines are checked words, so they are fit for files; interfaces get hashes, for their length. */
export function vmNames(range: { rangeId: string; rangeName: string }, machine: string): VmNames {
	const domain = `homerange-${range.rangeName}-${range.rangeId.slice(0, 8)}-${machine}`;
	const interfaces = (prefix: string, count: number) =>
		Array.from({ length: count }, (_, nic) => prefix + hashed(`${range.rangeId}/${machine}/${nic}`));
	return {
		domain,
		disk: diskOf(domain),
		seed: `${domain}-seed.iso`,
		taps: (count) => interfaces("hrt", count),
		dhcpPorts: (count) => interfaces("hrd", count),
	};
}

/** Everything that a domain of a range has in the pool. */
export function volumesOf(domain: string): string[] {
	return [savingOf(domain), diskOf(domain), `${domain}-seed.iso`, `${domain}-serial.log`];
}

/** The disk of a domain of a range, and the file that stands on it while it is being saved. */
export const diskOf = (domain: string): string => `${domain}.qcow2`;
export const savingOf = (domain: string): string => `${domain}-saving.qcow2`;

/** 15 characters is the kernel's limit for the name of an interface. */
function hashed(text: string): string {
	return createHash("sha256").update(text).digest("hex").slice(0, 11);
}
