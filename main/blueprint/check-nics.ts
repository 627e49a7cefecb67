import type { Nic } from "../../contract/ranges.ts";
import { contains, defaultMac, formatAddress, formatSubnet, parseAddress } from "./addresses.ts";
import { type AddressRequest, allocateAddresses } from "./allocation.ts";
import { type Check, writtenKeys } from "./check.ts";
import type { CheckedNetwork } from "./check-networks.ts";
import type { MachineFormat } from "./format.ts";
import type { Path } from "./issues.ts";
import { nameHint } from "./nearest.ts";

/** One network card on a known network. */
interface Card {
	readonly machine: string;
	readonly path: Path;
	readonly network: CheckedNetwork;
	/** The explicit address, when it is a good one. */
	readonly address: number | null;
	readonly mac: string | null;
	readonly isDefault: boolean;
}

/** Checks every machine's network cards and gives each its exact address and MAC. */
export function checkNics(check: Check, networks: ReadonlyMap<string, CheckedNetwork>): ReadonlyMap<string, Nic[]> {
	const cards: Card[] = [];
	for (const [name, machine] of Object.entries(check.draft.machines ?? {})) {
		cards.push(...readCards(check, networks, name, machine));
	}
	reportSharedAddresses(check, cards);
	const addresses = new Map<string, number>();
	for (const network of networks.values()) {
		const onNetwork = cards.filter((card) => card.network === network);
		const requests: AddressRequest[] = onNetwork.map(({ path, address, machine }) => {
			const present = check.presentAddress(machine, network.name);
			return { key: path.join("."), address, present: present === null ? null : parseAddress(present) };
		});
		const { addresses: given, unserved } = allocateAddresses(network.subnet, network.gateway, requests);
		for (const [key, address] of given) addresses.set(key, address);
		for (const card of onNetwork.filter(({ path }) => unserved.includes(path.join(".")))) {
			check.issues.error(
				card.path,
				`The network "${network.name}" has no free address left for "${card.machine}".`,
				`Give it a larger subnet than ${formatSubnet(network.subnet)}.`,
			);
		}
	}
	return withMacs(check, cards, addresses);
}

function readCards(
	check: Check,
	networks: ReadonlyMap<string, CheckedNetwork>,
	machine: string,
	{ nics = [] }: MachineFormat,
): Card[] {
	const { issues, root } = check;
	const written = writtenKeys(root, ["networks"]);
	const cards: Card[] = [];
	const firstOn = new Map<string, number>();
	const defaults = nics.flatMap((nic, index) => (nic.default === true ? [index] : []));
	for (const extra of defaults.slice(1)) {
		issues.error(
			["machines", machine, "nics", extra, "default"],
			`"${machine}" has two default routes; network card ${(defaults[0] ?? 0) + 1} is the other.`,
			"Keep default: true on one card.",
		);
	}
	for (const [index, nic] of nics.entries()) {
		const path = ["machines", machine, "nics", index];
		const earlier = firstOn.get(nic.network);
		if (!written.includes(nic.network)) {
			issues.error([...path, "network"], `There is no network "${nic.network}".`, () =>
				nameHint(nic.network, written, "Add it under networks."),
			);
		} else if (earlier !== undefined) {
			issues.error(
				[...path, "network"],
				`"${machine}" has two network cards on "${nic.network}".`,
				"A machine has at most one card on each network.",
			);
		} else firstOn.set(nic.network, index);
		const mac = nic.mac === undefined ? null : checkMac(check, [...path, "mac"], nic.mac);
		const network = networks.get(nic.network);
		if (network === undefined || earlier !== undefined) continue;
		const address = nic.ip === undefined ? null : checkAddress(check, [...path, "ip"], nic.ip, network);
		cards.push({ machine, path, network, address, mac, isDefault: index === (defaults[0] ?? 0) });
	}
	return cards;
}

function checkAddress({ issues }: Check, path: Path, text: string, network: CheckedNetwork): number | null {
	const { subnet, gateway, name } = network;
	const address = parseAddress(text);
	const hint = `Use an address between ${formatAddress(subnet.base + 1)} and ${formatAddress(subnet.last - 1)}, or leave out ip.`;
	if (address === null) issues.error(path, `"${text}" is not an IPv4 address.`, hint);
	else if (!contains(subnet, address)) {
		issues.error(path, `The address ${text} lies outside ${formatSubnet(subnet)}, the subnet of "${name}".`, hint);
	} else if (address === subnet.base) issues.error(path, `${text} is the network address of "${name}".`, hint);
	else if (address === subnet.last) issues.error(path, `${text} is the broadcast address of "${name}".`, hint);
	else if (address === gateway) issues.error(path, `${text} is the gateway of "${name}".`, hint);
	else return address;
	return null;
}

function checkMac({ issues }: Check, path: Path, text: string): string | null {
	const mac = text.toLowerCase();
	const first = Number.parseInt(mac.slice(0, 2), 16);
	if (mac === "00:00:00:00:00:00") issues.error(path, "The MAC is all zeros.", "Leave out mac, or begin it with 02.");
	else if (first % 2 === 1) {
		issues.error(
			path,
			`${text} is a multicast MAC: its first byte is odd.`,
			"A machine's own MAC begins with an even byte, such as 02.",
		);
	} else return mac;
	return null;
}

function reportSharedAddresses({ issues }: Check, cards: readonly Card[]): void {
	const owners = new Map<number, Card>();
	for (const card of cards) {
		if (card.address === null) continue;
		const owner = owners.get(card.address);
		if (owner === undefined) owners.set(card.address, card);
		else if (owner.network === card.network) {
			issues.error(
				[...card.path, "ip"],
				`The address ${formatAddress(card.address)} is taken by "${owner.machine}" already.`,
				"Give each machine its own, or leave out ip for the next free one.",
			);
		}
	}
}

function withMacs(
	{ issues }: Check,
	cards: readonly Card[],
	addresses: ReadonlyMap<string, number>,
): ReadonlyMap<string, Nic[]> {
	const nics = new Map<string, Nic[]>();
	const owners = new Map<string, Card>();
	// Explicit MACs first: a default one that meets them is the one to explain.
	for (const card of cards.toSorted((a, b) => Number(a.mac === null) - Number(b.mac === null))) {
		const address = addresses.get(card.path.join("."));
		const mac = card.mac ?? (address === undefined ? null : defaultMac(address));
		if (mac === null) continue;
		const owner = owners.get(mac);
		if (owner === undefined) owners.set(mac, card);
		else if (owner.address === null || owner.address !== card.address || card.mac !== null) {
			const isBothExplicit = card.mac !== null;
			issues.error(
				[...(isBothExplicit ? card : owner).path, "mac"],
				isBothExplicit
					? `The MAC ${mac} is taken by "${owner.machine}" already.`
					: `The MAC ${mac} is the one that "${card.machine}" has by default, from its address.`,
				"Give each network card its own, or leave out mac.",
			);
		}
	}
	for (const card of cards) {
		const address = addresses.get(card.path.join("."));
		if (address === undefined) continue;
		const list = nics.get(card.machine) ?? [];
		list.push({
			network: card.network.name,
			ip: formatAddress(address),
			mac: card.mac ?? defaultMac(address),
			isDefault: card.isDefault,
		});
		nics.set(card.machine, list);
	}
	return nics;
}
