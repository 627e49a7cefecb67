import type { NetworkProbe } from "./network-test.ts";

type End = NetworkProbe["from"] | NetworkProbe["to"];

const nameOf = ({ network, machine }: End): string => (machine === null ? "the internet" : `${network}/${machine}`);

/** A probe's finding as a sentence: "lan/client reaches dmz/web on 80/tcp, as wanted". */
export function describeProbe({ from, to, probe, wanted, seen, note }: NetworkProbe): string {
	const how = probe === "icmp" ? "by icmp" : `on ${probe}`;
	const pair = `${nameOf(to)} ${how}`;
	const who = nameOf(from);
	if (seen === "unknown") return `whether ${who} reaches ${pair} is unknown: ${note ?? "nothing was seen"}`;
	if (seen === "reaches") {
		return `${who} reaches ${pair}, ${wanted === "reaches" ? "as wanted" : "which the blueprint does not allow"}`;
	}
	return `${who} does not reach ${pair}, ${wanted === "blocked" ? "as wanted" : "although the blueprint allows it"}`;
}
