import { HomerangeError } from "../../contract/errors.ts";

/** A route's port as numbers. `first` null: the whole protocol (icmp has no ports). */
export interface PortMatch {
	protocol: "tcp" | "udp" | "sctp" | "icmp";
	first: number | null;
	last: number | null;
}

const pattern = /^(?:(\d{1,5})(?:-(\d{1,5}))?\/(tcp|udp|sctp)|(icmp|tcp|udp|sctp))$/;

/** Parses "80/tcp", "8000-8080/udp", "icmp" or a whole protocol like "tcp". Throws INPUT_INVALID. */
export function parsePort(text: string): PortMatch {
	const match = pattern.exec(text);
	if (match?.[4]) return { protocol: protocolOf(match[4]), first: null, last: null };
	const first = Number(match?.[1]);
	const last = match?.[2] === undefined ? first : Number(match[2]);
	if (!match?.[3] || first < 1 || last > 65_535 || first > last) {
		throw new HomerangeError("INPUT_INVALID", `"${text.slice(0, 32)}" is not a port.`, {
			remedy: "Write it like 80/tcp, 8000-8080/udp or icmp.",
		});
	}
	return { protocol: protocolOf(match[3]), first, last };
}

function protocolOf(text: string): PortMatch["protocol"] {
	return text === "udp" ? "udp" : text === "sctp" ? "sctp" : text === "icmp" ? "icmp" : "tcp";
}
