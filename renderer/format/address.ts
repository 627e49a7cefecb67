/** The number of an IPv4 address, for sorting; null for anything else. */
export function ipv4Number(address: string): number | null {
	const parts = address.split(".");
	if (parts.length !== 4) return null;
	let value = 0;
	for (const part of parts) {
		if (!/^\d{1,3}$/.test(part) || Number(part) > 255) return null;
		value = value * 256 + Number(part);
	}
	return value;
}

/** Sorts addresses as numbers ("10.0.0.9" before "10.0.0.10"), everything else as text after them. */
export function compareAddresses(a: string, b: string): number {
	const [left, right] = [ipv4Number(a), ipv4Number(b)];
	if (left !== null && right !== null) return left - right;
	if (left !== null) return -1;
	if (right !== null) return 1;
	return a.localeCompare(b);
}
