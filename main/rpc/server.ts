import { chmodSync, mkdirSync, rmSync } from "node:fs";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { dirname } from "node:path";
import { BodyLimitPlugin, RPCHandler } from "@orpc/server/node";
import { HomerangeError } from "../../contract/errors.ts";
import type { Logger } from "../log.ts";
import { serveChannel } from "./channel-server.ts";
import type { CallContext, EngineRouter } from "./router.ts";
import type { ChannelService } from "./services.ts";

/** Room for the largest blueprint text, escaped. */
const bodyLimit = 8 * 1024 * 1024;
const connectionLimit = 512;
/** Upgrade token of byte channels. */
export const channelProtocol = "homerange-channel";
/** Upgrade token of a client's lifeline: a connection that carries nothing and lasts as long as the client. */
export const lifelineProtocol = "homerange-lifeline";

/** How long a connection may take to say what it wants, in milliseconds. */
export interface ConnectionLimits {
	headersTimeout: number;
	requestTimeout: number;
	keepAliveTimeout: number;
	connectionsCheckingInterval: number;
}

const defaultLimits: ConnectionLimits = {
	headersTimeout: 10_000,
	requestTimeout: 60_000,
	keepAliveTimeout: 60_000,
	connectionsCheckingInterval: 30_000,
};

export interface EngineServer {
	/** Clients that hold a connection now. */
	readonly clients: number;
	/** Calls back when the last client leaves. */
	onIdle(listener: () => void): void;
	/** Stops listening and removes the socket. Connections stay: they end with `closeConnections`. */
	stopListening(): void;
	closeConnections(): void;
}

/**
 * Serves the contract on a unix socket that only its owner may open: calls as
 * `POST /rpc/…`, byte channels as an upgrade. The caller holds the folder's
 * lock, so a socket that is there already is a dead engine's.
 */
export async function serveEngine(
	path: string,
	router: EngineRouter,
	channels: ChannelService,
	log: Logger,
	limits: ConnectionLimits = defaultLimits,
): Promise<EngineServer> {
	const rpc = new RPCHandler(router, { plugins: [new BodyLimitPlugin({ maxBodySize: bodyLimit })] });
	const context: CallContext = { actor: "cli" };
	const server = createServer({ ...limits });
	server.maxConnections = connectionLimit;
	const connections = new Set<{ destroy(): void }>();
	const idle: (() => void)[] = [];
	server.on("connection", (socket) => {
		connections.add(socket);
		socket.on("close", () => {
			connections.delete(socket);
			if (connections.size === 0) for (const listener of idle) listener();
		});
	});
	server.on("request", (request: IncomingMessage, response: ServerResponse) => {
		rpc.handle(request, response, { prefix: "/rpc", context }).then(
			({ matched }) => {
				if (!matched) response.writeHead(404).end();
			},
			(error: unknown) => {
				log.error({ error }, "a request could not be answered");
				if (response.headersSent) response.destroy();
				else response.writeHead(500).end();
			},
		);
	});
	server.on("upgrade", (request, socket, head) => {
		if (request.url === "/channel" && request.headers.upgrade === channelProtocol) {
			serveChannel(socket, head, channels, log);
		} else if (request.url === "/lifeline" && request.headers.upgrade === lifelineProtocol) {
			socket.on("error", (error) => log.debug({ error }, "a client's lifeline broke"));
			socket.write(`HTTP/1.1 101 Switching Protocols\r\nconnection: upgrade\r\nupgrade: ${lifelineProtocol}\r\n\r\n`);
			// An end is seen only by reading.
			socket.resume();
			socket.on("end", () => socket.end());
		} else {
			socket.end("HTTP/1.1 400 Bad Request\r\nconnection: close\r\n\r\n");
		}
	});
	await listen(server, path);
	return {
		get clients() {
			return connections.size;
		},
		onIdle: (listener) => {
			idle.push(listener);
		},
		stopListening: () => {
			server.close();
		},
		closeConnections: () => {
			for (const connection of connections) connection.destroy();
		},
	};
}

async function listen(server: Server, path: string): Promise<void> {
	mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
	rmSync(path, { force: true });
	const { promise, resolve, reject } = Promise.withResolvers<void>();
	server.once("error", reject);
	server.listen(path, resolve);
	try {
		await promise;
	} catch (error) {
		throw new HomerangeError("FORBIDDEN", `The engine's socket cannot be opened: ${String(error)}.`, {
			place: path,
			remedy: "Check that the folder is on a local disk and is yours.",
			cause: error,
		});
	}
	server.off("error", reject);
	chmodSync(path, 0o600);
}
