import { homedir } from "node:os";
import { type Endpoints, findEndpoints, hostSurroundings, type Surroundings } from "../discovery.ts";
import { LibvirtConnectionError } from "../errors.ts";
import { startSessionDaemon } from "../session-daemon.ts";
import { type LibvirtAddress, parseUri } from "../uri.ts";
import { LibvirtConnection } from "./libvirt-connection.ts";

export interface OpenLibvirtOptions {
	/** Default qemu:///system. Tells the driver, the transport, the host and, with `?socket=`, the socket. */
	uri?: string | undefined;
	/** A socket on this host, in place of the one that the address leads to. */
	socket?: string | undefined;
	/** Starts the daemon of the user's session when it does not run, as libvirt's own library does. Default true. */
	startSessionDaemon?: boolean | undefined;
	/** Ends the attempt to connect; an open connection is ended by `close`. */
	signal?: AbortSignal | undefined;
	env?: NodeJS.ProcessEnv | undefined;
	homeFolder?: string | undefined;
}

/** Connects to libvirt. Fails with a LibvirtConnectionError that says why and what to do. */
export async function openLibvirt(options: OpenLibvirtOptions = {}): Promise<LibvirtConnection> {
	const { uri = "qemu:///system", signal, env = process.env, homeFolder = homedir() } = options;
	const parsed = parseUri(uri);
	const address = { ...parsed, socket: options.socket ?? parsed.socket };
	const surroundings = hostSurroundings(env, homeFolder);
	const isOpenChoice = address.transport === "unix" && address.socket === null;
	const open = (): Promise<LibvirtConnection> =>
		isOpenChoice
			? openEither(uri, address, surroundings, signal)
			: connect(uri, findEndpoints(address, surroundings), signal);
	try {
		return await open();
	} catch (error) {
		const isStartable = isOpenChoice && address.path === "/session" && options.startSessionDaemon !== false;
		if (!isStartable || !isNobodyThere(error)) throw error;
		await startSessionDaemon(address.driver, env, signal);
		return open();
	}
}

/** The modular daemon is preferred. Its socket may be left over from one that was replaced by the monolithic daemon. */
async function openEither(
	uri: string,
	address: LibvirtAddress,
	surroundings: Surroundings,
	signal: AbortSignal | undefined,
): Promise<LibvirtConnection> {
	const found = findEndpoints(address, surroundings);
	try {
		return await connect(uri, found, signal);
	} catch (error) {
		if (found.mode === "monolithic" || !isNobodyThere(error)) throw error;
		const other = findEndpoints(address, { ...surroundings, exists: () => false });
		return connect(uri, other, signal).catch((second) => {
			throw isNobodyThere(second) ? error : second;
		});
	}
}

async function connect(uri: string, endpoints: Endpoints, signal: AbortSignal | undefined): Promise<LibvirtConnection> {
	const connection = new LibvirtConnection(uri, endpoints);
	try {
		await connection.connect(signal);
		return connection;
	} catch (error) {
		connection.close();
		throw error;
	}
}

function isNobodyThere(error: unknown): boolean {
	return error instanceof LibvirtConnectionError && (error.reason === "missing" || error.reason === "refused");
}
