/** Number of leading ones of a subnet's mask: 24 of "10.0.1.0/24". */
export function prefixOf(subnet: string): number {
	return Number(subnet.split("/")[1]);
}

/** A subnet's mask as an address. */
export function netmask(subnet: string): string {
	const bits = prefixOf(subnet);
	return [0, 1, 2, 3].map((octet) => 256 - 2 ** (8 - Math.min(8, Math.max(0, bits - octet * 8)))).join(".");
}
