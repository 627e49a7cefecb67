import { HomerangeError } from "../../contract/errors.ts";

/** An IPv4 network as two numbers: easy to compare, impossible to mistype into a rule. */
export interface Cidr {
	/** The network address, host bits cleared. */
	base: number;
	prefix: number;
}

const pattern = /^(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})(?:\/(\d{1,2}))?$/;

/** Parses "10.0.1.0/24" or "10.0.1.7" (a /32). Null when it is not an IPv4 network. */
export function parseCidr(text: string): Cidr | null {
	const match = pattern.exec(text);
	if (!match) return null;
	const octets = match.slice(1, 5).map(Number);
	const prefix = match[5] === undefined ? 32 : Number(match[5]);
	if (octets.some((octet) => octet > 255) || prefix > 32) return null;
	const address = octets.reduce((sum, octet) => sum * 256 + octet, 0);
	return { base: address - (address % sizeOf(prefix)), prefix };
}

/** Like parseCidr, for text that must be a network. Throws INPUT_INVALID. */
export function requireCidr(text: string, what: string): Cidr {
	const cidr = parseCidr(text);
	if (cidr) return cidr;
	throw new HomerangeError("INPUT_INVALID", `${what} "${text.slice(0, 64)}" is not an IPv4 network.`, {
		remedy: "Write it like 10.0.1.0/24.",
	});
}

export function formatCidr({ base, prefix }: Cidr): string {
	return `${formatAddress(base)}/${prefix}`;
}

export function formatAddress(address: number): string {
	return [24, 16, 8, 0].map((shift) => Math.floor(address / 2 ** shift) % 256).join(".");
}

/** Number of addresses in a network of this prefix. */
export function sizeOf(prefix: number): number {
	return 2 ** (32 - prefix);
}

export function overlaps(a: Cidr, b: Cidr): boolean {
	return a.base < b.base + sizeOf(b.prefix) && b.base < a.base + sizeOf(a.prefix);
}
