import http from "node:http";
import type { Duplex } from "node:stream";
import { unreachable } from "./api-errors.ts";
import type { ApiTarget } from "./api-transport.ts";
import type { DockerEngine, InnerEngine } from "./engine.ts";
import { openEngine } from "./open-engine.ts";
import { openTunnel } from "./tunnel.ts";
import { TunnelSocket } from "./tunnel-socket.ts";

/** Tunnels that are kept open for the next request. Each is one small process in the DinD. */
const idleTunnels = 8;
/** Short requests at once; more of them wait for a free tunnel. */
const busyTunnels = 8;
const idleMs = 30_000;

/**
 * An agent whose connections are tunnels. They are given at once, before they are through: the agent counts only
 * what it was given, and would open one for each request of a burst.
 */
class TunnelAgent extends http.Agent {
	readonly #open: () => Duplex;

	constructor(options: http.AgentOptions, open: () => Duplex) {
		super(options);
		this.#open = open;
	}

	override createConnection(): Duplex {
		return this.#open();
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
	const connect = (): TunnelSocket => {
		// The agent asks again for requests that wait while it is closed: that must fail, not throw into its events.
		if (closed) return new TunnelSocket(Promise.reject(unreachable(label, new Error("its range was closed"))));
		const socket = openTunnel(host, container, label);
		open.add(socket);
		socket.once("close", () => open.delete(socket));
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
