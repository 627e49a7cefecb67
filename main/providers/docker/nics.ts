import type { Nic } from "../../../contract/ranges.ts";
import type { ObservedMachine } from "../machine-provider.ts";
import { networkName } from "./engine-names.ts";

/** The first way in which a running machine's NICs are not the wanted ones, in a sentence; null when they are. */
export function nicMismatch(wanted: readonly Nic[], observed: ObservedMachine["nics"]): string | null {
	for (const nic of wanted) {
		const actual = observed.find((candidate) => candidate.network === networkName(nic.network));
		if (actual === undefined) return `It has no NIC on network ${nic.network}.`;
		if (actual.ip !== nic.ip) return `Its NIC on ${nic.network} has ${actual.ip || "no address"} instead of ${nic.ip}.`;
		if (actual.mac !== nic.mac.toLowerCase()) {
			return `Its NIC on ${nic.network} has the MAC ${actual.mac || "(none)"} instead of ${nic.mac}.`;
		}
	}
	const extra = observed.find((candidate) => !wanted.some((nic) => networkName(nic.network) === candidate.network));
	return extra === undefined ? null : `It has a NIC on ${extra.network}, which the blueprint does not give it.`;
}
