import { LibvirtConnectionError } from "./errors.ts";

/** A libvirt address, taken apart. */
export interface LibvirtAddress {
	/** "qemu", "test", … */
	driver: string;
	/** With a leading slash: "/system". */
	path: string;
	transport: "unix" | "ssh";
	host: string | null;
	user: string | null;
	port: number | null;
	/** `?socket=`: the daemon's socket, on the host that it runs on. */
	socket: string | null;
	/** `?keyfile=`, for ssh. */
	keyFile: string | null;
	/** `?command=`: the ssh program. */
	command: string | null;
}

const schemePattern = /^([a-z][a-z0-9]{0,31})(?:\+([a-z]+))?:\/\//;

/** Reads an address such as qemu:///system, test:///default, qemu+unix:///session?socket=… or qemu+ssh://user@host/system. */
export function parseUri(uri: string): LibvirtAddress {
	const scheme = uri.length <= 4096 ? schemePattern.exec(uri) : null;
	if (!scheme?.[1]) throw invalid(uri, "It does not begin with a driver, as qemu:/// does.");
	const transport = scheme[2] ?? (uri.startsWith(`${scheme[1]}:///`) ? "unix" : "ssh");
	if (transport !== "unix" && transport !== "ssh") throw invalid(uri, `The transport "${transport}" is not supported.`);
	const parts = URL.parse(uri);
	const path = parts && decoded(parts.pathname);
	const user = parts && decoded(parts.username);
	if (!parts || !path || user === null) throw invalid(uri, "It cannot be read.");
	const { hostname } = parts;
	if (hostname === "" && transport === "ssh") throw invalid(uri, "It names no host.");
	if (hostname !== "" && transport === "unix") throw invalid(uri, "A unix socket is on this host: leave the host out.");
	return {
		driver: scheme[1],
		path,
		transport,
		host: hostname || null,
		user: user || null,
		port: parts.port ? Number(parts.port) : null,
		socket: parts.searchParams.get("socket"),
		keyFile: parts.searchParams.get("keyfile"),
		command: parts.searchParams.get("command"),
	};
}

/** The address as the daemon at its end knows it: without a transport and a host. */
export function driverUri({ driver, path }: { driver: string; path: string }): string {
	return `${driver}://${path}`;
}

function decoded(text: string): string | null {
	try {
		return decodeURIComponent(text);
	} catch {
		return null;
	}
}

function invalid(uri: string, why: string): LibvirtConnectionError {
	return new LibvirtConnectionError(
		"address",
		`${JSON.stringify(uri.slice(0, 200))} is not an address of libvirt that can be used. ${why}`,
		"Use qemu:///system, qemu:///session or qemu+ssh://USER@HOST/system.",
	);
}
