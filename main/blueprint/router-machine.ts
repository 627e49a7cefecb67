import type { Network } from "../../contract/ranges.ts";
import { defaultMac, parseAddress } from "./addresses.ts";
import type { ResolvedMachine } from "./resolved.ts";

/** The machine that a blueprint's `router` makes; no other machine may have this name beside it. */
export const routerName = "router";

/** The MAC of the router on a network. */
export const routerMac = (gateway: string): string => defaultMac(parseAddress(gateway) ?? 0);

/**
 * The router as a machine: it has an interface with the gateway on every network that is not isolated. To an
 * isolated network it has none, so that nothing routes there even when somebody takes the router over.
 */
export function routerMachine(image: string, networks: readonly Network[]): ResolvedMachine {
	return {
		name: routerName,
		hostname: routerName,
		role: "router",
		provider: "docker",
		os: null,
		source: { kind: "image", name: image },
		image,
		nics: networks
			.filter((network) => !network.isolated)
			.map(({ name, gateway }) => ({ network: name, ip: gateway, mac: routerMac(gateway), isDefault: false })),
		cpus: null,
		memoryBytes: null,
		diskBytes: null,
		command: null,
		environment: {},
		files: [],
		postBoot: [],
		ready: null,
		dependsOn: [],
		vncPort: null,
		serial: false,
		labels: {},
	};
}
