import { attribute, child, textAt, wholeNumber, type XmlElement } from "../xml/parse.ts";
import type {
	DescribedChannel,
	DescribedDisk,
	DescribedGraphics,
	DescribedHostdev,
	DescribedNic,
	DescribedSerial,
} from "./domain-description.ts";
import { attributeText, cut, describeLimits, has } from "./read.ts";

const alias = (device: XmlElement) => attributeText(child(device, "alias"), "name");

export function describeDisk(disk: XmlElement): DescribedDisk {
	const source = child(disk, "source");
	return {
		device: attributeText(disk, "device") ?? "disk",
		kind: attributeText(disk, "type") ?? "file",
		path: sourcePath(source),
		volume: volumeOf(source),
		format: attributeText(child(disk, "driver"), "type"),
		target: attributeText(child(disk, "target"), "dev"),
		bus: attributeText(child(disk, "target"), "bus"),
		isReadonly: has(disk, "readonly"),
		serial: cut(textAt(disk, "serial")),
		bootOrder: wholeNumber(attribute(child(disk, "boot"), "order")),
		backing: backingChain(disk),
		alias: alias(disk),
	};
}

function sourcePath(source: XmlElement | undefined): string | null {
	for (const name of ["file", "dev", "dir", "name", "path"]) {
		const found = attributeText(source, name);
		if (found !== null) return found;
	}
	return null;
}

function volumeOf(source: XmlElement | undefined): DescribedDisk["volume"] {
	const pool = attributeText(source, "pool");
	const name = attributeText(source, "volume");
	return pool === null || name === null ? null : { pool, name };
}

function backingChain(disk: XmlElement): DescribedDisk["backing"] {
	const chain: { path: string | null; format: string | null }[] = [];
	let store = child(disk, "backingStore");
	// The chain ends with an empty element.
	while (store !== undefined && store.children.length > 0 && chain.length < describeLimits.list) {
		chain.push({
			path: sourcePath(child(store, "source")),
			format: attributeText(child(store, "format"), "type"),
		});
		store = child(store, "backingStore");
	}
	return chain;
}

export function describeNic(nic: XmlElement): DescribedNic {
	const kind = attributeText(nic, "type") ?? "";
	const source = child(nic, "source");
	return {
		kind,
		mac: attributeText(child(nic, "mac"), "address")?.toLowerCase() ?? null,
		// A running interface of a network tells both, the network and its bridge.
		source: attributeText(source, "network") ?? attributeText(source, "bridge") ?? attributeText(source, "dev"),
		model: attributeText(child(nic, "model"), "type"),
		target: attributeText(child(nic, "target"), "dev"),
		isConnected: attribute(child(nic, "link"), "state") !== "down",
		alias: alias(nic),
	};
}

export function describeGraphics(graphics: XmlElement): DescribedGraphics {
	const listen = child(graphics, "listen");
	const port = wholeNumber(attribute(graphics, "port")) ?? wholeNumber(attribute(graphics, "tlsPort"));
	return {
		kind: attributeText(graphics, "type") ?? "",
		socket: attributeText(listen, "socket") ?? attributeText(graphics, "socket"),
		port: port === 0 ? null : port,
		listen: attributeText(listen, "address") ?? attributeText(graphics, "listen"),
	};
}

export function describeSerial(serial: XmlElement): DescribedSerial {
	return {
		kind: attributeText(serial, "type") ?? "",
		path: attributeText(child(serial, "source"), "path"),
		logPath: attributeText(child(serial, "log"), "file"),
		port: wholeNumber(attribute(child(serial, "target"), "port")),
		alias: alias(serial),
	};
}

export function describeChannel(channel: XmlElement): DescribedChannel {
	const target = child(channel, "target");
	const state = attribute(target, "state");
	return {
		kind: attributeText(channel, "type") ?? "",
		name: attributeText(target, "name"),
		path: attributeText(child(channel, "source"), "path"),
		isConnected: state === null ? null : state === "connected",
		alias: alias(channel),
	};
}

export function describeHostdev(hostdev: XmlElement): DescribedHostdev {
	const address = child(hostdev, "source", "address");
	const part = (name: string) => {
		const text = attribute(address, name) ?? "";
		return /^(0x[0-9a-fA-F]{1,8}|\d{1,10})$/.test(text) ? Number(text) : null;
	};
	const [domain, bus, slot, func] = [part("domain"), part("bus"), part("slot"), part("function")];
	const isWhole = domain !== null && bus !== null && slot !== null && func !== null;
	return {
		kind: attributeText(hostdev, "type") ?? "",
		address: isWhole ? { domain, bus, slot, function: func } : null,
		alias: alias(hostdev),
	};
}
