import type { DockerEngine } from "../docker/engine.ts";
import { formatAddress, formatCidr, parseCidr } from "./cidr.ts";
import { runHostHelper } from "./host-helper.ts";

/** What the engine's host says about its own IPv4 network. */
export interface HostFacts {
	/** Networks it has routes to, default routes left out. */
	routes: string[];
	/** Name servers it uses itself, loopback ones left out. */
	resolvers: string[];
}

const factsScript = "cat /proc/net/route; echo; cat /etc/resolv.conf";

/** One answer per engine object: a reconnect makes a new object, and so a new question. */
const known = new WeakMap<DockerEngine, { at: number; facts: Promise<HostFacts> }>();
/** A laptop changes its Wi-Fi now and then. */
const freshMs = 5 * 60_000;

export function hostFacts(host: DockerEngine, image: string, signal?: AbortSignal): Promise<HostFacts> {
	const cached = known.get(host);
	if (cached && Date.now() - cached.at < freshMs) return cached.facts;
	const facts = runHostHelper(host, { image, script: factsScript }, signal).then(({ output }) =>
		parseHostFacts(output),
	);
	known.set(host, { at: Date.now(), facts });
	facts.catch(() => known.delete(host));
	return facts;
}

/** Parses /proc/net/route (addresses in hexadecimal, byte order reversed), an empty line, then resolv.conf. Pure. */
export function parseHostFacts(text: string): HostFacts {
	const routes = new Set<string>();
	const resolvers = new Set<string>();
	for (const line of text.split("\n")) {
		const route = /^\S+\t([0-9A-F]{8})\t[0-9A-F]{8}\t(?:\S+\t){4}([0-9A-F]{8})\t/.exec(line);
		if (route?.[1] && route[2]) {
			const mask = reversedHex(route[2]);
			const prefix = mask.toString(2).replace(/0+$/, "").length;
			if (mask !== 0) routes.add(formatCidr({ base: reversedHex(route[1]), prefix }));
		}
		const resolver = /^\s*nameserver\s+(\S+)/.exec(line);
		const address = resolver?.[1] ? parseCidr(resolver[1]) : null;
		if (address && Math.floor(address.base / 2 ** 24) !== 127) resolvers.add(formatAddress(address.base));
	}
	return { routes: [...routes], resolvers: [...resolvers] };
}

function reversedHex(text: string): number {
	const bytes = text.match(/../g) ?? [];
	return Number.parseInt(bytes.reverse().join(""), 16);
}
