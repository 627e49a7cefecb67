import { existsSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { LibvirtConnectionError } from "./errors.ts";
import type { Connector } from "./transport/connector.ts";
import { sshConnector } from "./transport/ssh.ts";
import { unixConnector } from "./transport/unix.ts";
import { driverUri, type LibvirtAddress } from "./uri.ts";

/** The parts of libvirt that are daemons of their own when it is modular. */
export type DaemonRole = "domains" | "networks" | "storage" | "nodeDevices";

export interface DaemonEndpoint {
	connector: Connector;
	/** What the daemon is asked to open. */
	uri: string;
}

export interface Endpoints {
	/** "modular": one daemon per kind of object. */
	mode: "monolithic" | "modular";
	endpoints: Record<DaemonRole, DaemonEndpoint>;
}

export interface Surroundings {
	env: NodeJS.ProcessEnv;
	homeFolder: string;
	exists(path: string): boolean;
}

const monolithicSocket = "libvirt-sock";
const modularSockets: Record<Exclude<DaemonRole, "domains">, { driver: string; socket: string }> = {
	networks: { driver: "network", socket: "virtnetworkd-sock" },
	storage: { driver: "storage", socket: "virtstoraged-sock" },
	nodeDevices: { driver: "nodedev", socket: "virtnodedevd-sock" },
};

/** The folder of the sockets on this host: of the system's daemons, or of this user's. */
export function socketFolder(path: string, { env, homeFolder }: Omit<Surroundings, "exists">): string {
	if (path !== "/session") return "/run/libvirt";
	if (env.XDG_RUNTIME_DIR) return join(env.XDG_RUNTIME_DIR, "libvirt");
	return join(env.XDG_CACHE_HOME || join(homeFolder, ".cache"), "libvirt");
}

/** Finds the daemons for an address. That a socket is there does not say that anybody answers on it. */
export function findEndpoints(address: LibvirtAddress, surroundings: Surroundings): Endpoints {
	if (address.transport === "ssh") return allAt(remoteConnector(address), driverUri(address));
	const folder = address.socket ? dirname(address.socket) : socketFolder(address.path, surroundings);
	const modular = `virt${address.driver}d-sock`;
	const socket =
		address.socket ?? join(folder, surroundings.exists(join(folder, modular)) ? modular : monolithicSocket);
	const domains = { connector: unixConnector(socket), uri: driverUri(address) };
	if (basename(socket) !== modular) return allAt(domains.connector, domains.uri);
	// The daemon of the domains forwards what it does not do itself, so it stands in for one that has no socket here.
	const beside = (role: keyof typeof modularSockets): DaemonEndpoint => {
		const { driver, socket: name } = modularSockets[role];
		const path = join(folder, name);
		if (!surroundings.exists(path)) return domains;
		return { connector: unixConnector(path), uri: `${driver}://${address.path}` };
	};
	return {
		mode: "modular",
		endpoints: {
			domains,
			networks: beside("networks"),
			storage: beside("storage"),
			nodeDevices: beside("nodeDevices"),
		},
	};
}

export function hostSurroundings(env: NodeJS.ProcessEnv, homeFolder: string): Surroundings {
	return { env, homeFolder, exists: existsSync };
}

function allAt(connector: Connector, uri: string): Endpoints {
	const endpoint = { connector, uri };
	return {
		mode: "monolithic",
		endpoints: { domains: endpoint, networks: endpoint, storage: endpoint, nodeDevices: endpoint },
	};
}

/** On another host libvirt's own helper finds the socket; a socket that is named is reached with netcat. */
function remoteConnector(address: LibvirtAddress): Connector {
	if (!address.host) {
		throw new LibvirtConnectionError("address", "The address names no host.", "Use qemu+ssh://USER@HOST/system.");
	}
	return sshConnector({
		host: address.host,
		user: address.user ?? undefined,
		port: address.port ?? undefined,
		keyFile: address.keyFile ?? undefined,
		command: address.command ?? undefined,
		relay: address.socket
			? { kind: "netcat", socket: address.socket }
			: { kind: "virt-ssh-helper", uri: driverUri(address) },
	});
}
