import { LibvirtConnectionError } from "../errors.ts";
import type { Connector } from "./connector.ts";
import { relayConnector } from "./relay.ts";

export interface SshTarget {
	host: string;
	user?: string | undefined;
	port?: number | undefined;
	/** The private key; without it ssh chooses as it always does. */
	keyFile?: string | undefined;
	/** The ssh program; default "ssh". */
	command?: string | undefined;
	/** What runs on the host: libvirt's own helper, which finds the socket there, or netcat with the socket's path. */
	relay: { kind: "virt-ssh-helper"; uri: string } | { kind: "netcat"; socket: string };
}

const hostPattern =
	/^(?:[A-Za-z0-9](?:[A-Za-z0-9._-]{0,253}[A-Za-z0-9])?|\[?[0-9A-Fa-f:]{2,45}(?:%[A-Za-z0-9]{1,15})?\]?)$/;
const userPattern = /^[A-Za-z_][A-Za-z0-9_.-]{0,63}$/;
/** The words that the shell of the other host will see: nothing in them means anything to a shell. */
const remoteWordPattern = /^[A-Za-z0-9/_.:+=@-]{1,512}$/;

/** Reaches a daemon on another host over ssh. It never asks for a password: there is no terminal to ask on. */
export function sshConnector(target: SshTarget): Connector {
	const command = target.command ?? "ssh";
	return relayConnector(target.host, command, sshArguments(target));
}

/** The arguments for ssh. What comes from outside is checked, and options end before the host. */
export function sshArguments({ host, user, port, keyFile, relay }: SshTarget): string[] {
	if (!hostPattern.test(host)) throw addressError(`${JSON.stringify(host.slice(0, 80))} is not a host name.`);
	if (user !== undefined && !userPattern.test(user)) {
		throw addressError(`${JSON.stringify(user.slice(0, 80))} is not a user name.`);
	}
	if (port !== undefined && (!Number.isInteger(port) || port < 1 || port > 65_535)) {
		throw addressError(`${port} is not a port.`);
	}
	const remote =
		relay.kind === "virt-ssh-helper" ? ["virt-ssh-helper", "--", relay.uri] : ["nc", "-U", "--", relay.socket];
	for (const word of remote)
		if (!remoteWordPattern.test(word)) throw addressError(`${JSON.stringify(word)} cannot be sent.`);
	return [
		"-T",
		"-o",
		"BatchMode=yes",
		"-o",
		"ConnectTimeout=15",
		"-e",
		"none",
		...(port === undefined ? [] : ["-p", String(port)]),
		...(keyFile === undefined ? [] : ["-i", keyFile]),
		...(user === undefined ? [] : ["-l", user]),
		"--",
		host.replace(/^\[|\]$/g, ""),
		...remote,
	];
}

function addressError(message: string): LibvirtConnectionError {
	return new LibvirtConnectionError("address", message, "Write the address as qemu+ssh://USER@HOST/system.");
}
