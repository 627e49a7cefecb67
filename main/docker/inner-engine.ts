import http from "node:http";
import type { Duplex } from "node:stream";
import type { ApiTarget } from "./api-transport.ts";
import type { DockerEngine, InnerEngine } from "./engine.ts";
import { openEngine } from "./open-engine.ts";
import { openTunnel } from "./tunnel.ts";
import type { TunnelSocket } from "./tunnel-socket.ts";

/** Tunnels that are kept open for the next request. Each is one small process in the DinD. */
const idleTunnels = 4;
/** Short requests at once; more of them wait for a free tunnel. */
const busyTunnels = 8;
const idleMs = 60_000;

/** An agent whose connections are tunnels. */
class TunnelAgent extends http.Agent {
	readonly #open: () => Promise<TunnelSocket>;

	constructor(options: http.AgentOptions, open: () => Promise<TunnelSocket>) {
		super(options);
		this.#open = open;
	}

	override createConnection(
		_options: http.ClientRequestArgs,
		callback: (error: Error | null, stream: Duplex) => void,
	): undefined {
		this.#open().then(
			(socket) => callback(null, socket),
			// Node passes no stream along with an error, its types ask for one.
			(error: Error) => (callback as (error: Error) => void)(error),
		);
	}
}

/**
 * The engine inside a DinD, through `docker system dial-stdio` processes on the host engine's exec: no port is
 * opened anywhere. Each connection is a new exec, so it heals by itself when the DinD or a daemon restarts.
 */
export async function connectInnerEngine(
	host: DockerEngine,
	container: string,
	label: string,
	signal?: AbortSignal,
): Promise<InnerEngine> {
	const open = new Set<TunnelSocket>();
	let closed = false;
	const connect = async (): Promise<TunnelSocket> => {
		if (closed) throw new Error("the connection to this engine was closed");
		const socket = await openTunnel(host, container);
		open.add(socket);
		socket.once("close", () => open.delete(socket));
		if (closed) socket.destroy();
		return socket;
	};
	const target: ApiTarget = {
		secure: false,
		connection: { host: "docker" },
		pooled: new TunnelAgent(
			{ keepAlive: true, maxFreeSockets: idleTunnels, maxSockets: busyTunnels, timeout: idleMs, scheduling: "lifo" },
			connect,
		),
		dedicated: new TunnelAgent({ keepAlive: false }, connect),
	};
	const close = () => {
		closed = true;
		for (const socket of open) socket.destroy();
		target.pooled.destroy();
		target.dedicated.destroy();
	};
	try {
		return { ...(await openEngine(target, label, signal)), close };
	} catch (error) {
		close();
		throw error;
	}
}
