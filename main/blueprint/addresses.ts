import ipaddr from "ipaddr.js";

/** An IPv4 subnet as numbers; `base` and `last` are its network and broadcast address. */
export interface Subnet {
	readonly base: number;
	readonly last: number;
	readonly prefix: number;
	/** True when the text named an address inside the subnet instead of its network address. */
	readonly hasHostBits: boolean;
}

/** The 32-bit number of a dotted IPv4 address; null for anything else (no short forms, no leading zeros). */
export function parseAddress(text: string): number | null {
	if (!ipaddr.IPv4.isValidFourPartDecimal(text)) return null;
	return ipaddr.IPv4.parse(text)
		.toByteArray()
		.reduce((number, byte) => number * 256 + byte, 0);
}

export function formatAddress(address: number): string {
	return [24, 16, 8, 0].map((shift) => Math.floor(address / 2 ** shift) % 256).join(".");
}

export function parseSubnet(text: string): Subnet | null {
	const slash = text.indexOf("/");
	const address = parseAddress(text.slice(0, Math.max(slash, 0)));
	const length = text.slice(slash + 1);
	if (slash < 0 || address === null || !/^\d{1,2}$/.test(length) || Number(length) > 32) return null;
	const size = 2 ** (32 - Number(length));
	const base = Math.floor(address / size) * size;
	return { base, last: base + size - 1, prefix: Number(length), hasHostBits: base !== address };
}

export function formatSubnet(subnet: Subnet): string {
	return `${formatAddress(subnet.base)}/${subnet.prefix}`;
}

export function contains(subnet: Subnet, address: number): boolean {
	return address >= subnet.base && address <= subnet.last;
}

export function overlaps(a: Subnet, b: Subnet): boolean {
	return a.base <= b.last && b.base <= a.last;
}

/** The address that a gateway has when the blueprint gives none. */
export function firstHost(subnet: Subnet): number {
	return subnet.base + 1;
}

/** The MAC that Docker itself derives from an address, so that both agree on every engine. */
export function defaultMac(address: number): string {
	return `02:42:${address
		.toString(16)
		.padStart(8, "0")
		.replace(/(..)(?!$)/g, "$1:")}`;
}

export interface ForbiddenSubnet {
	readonly subnet: Subnet;
	readonly why: string;
}

const forbid = (text: string, why: string): ForbiddenSubnet[] => {
	const subnet = parseSubnet(text);
	return subnet === null ? [] : [{ subnet, why }];
};

/** Ranges of addresses that no network of a blueprint may touch, each with its reason. */
export const forbiddenSubnets: readonly ForbiddenSubnet[] = [
	...forbid("0.0.0.0/8", '0.0.0.0/8 means "this host" and cannot be routed'),
	...forbid("127.0.0.0/8", "127.0.0.0/8 is every machine's own loopback"),
	...forbid("169.254.0.0/16", "169.254.0.0/16 is link-local, where hosts keep metadata services"),
	...forbid("192.0.0.0/24", "192.0.0.0/24 is reserved for protocols, and the range uses it inside"),
	...forbid("198.18.255.0/24", "198.18.255.0/24 is what the range's own engine uses inside"),
	...forbid("224.0.0.0/4", "224.0.0.0/4 is multicast"),
	...forbid("240.0.0.0/4", "240.0.0.0/4 is reserved and most systems refuse it"),
];
