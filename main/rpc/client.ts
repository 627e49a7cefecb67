import { connect, type Socket } from "node:net";
import { createORPCClient } from "@orpc/client";
import { RPCLink } from "@orpc/client/fetch";
import type { ContractRouterClient } from "@orpc/contract";
import { HomerangeError } from "../../contract/errors.ts";
import type { contract } from "../../contract/router.ts";
import { fromBorderError } from "./border-errors.ts";
import { SocketFetch } from "./socket-fetch.ts";
import { isStream, mapStreamErrors } from "./stream-errors.ts";

/** An engine that is busy with other things still answers in this time. */
const answerLimitMs = 30_000;

export type EngineApi = ContractRouterClient<typeof contract>;

export interface EngineClient {
	readonly api: EngineApi;
	readonly socketPath: string;
	/** Resolves when the engine's process lets go of its end. */
	readonly lost: Promise<void>;
	close(): Promise<void>;
}

/**
 * Connects to the engine behind the socket; null when none listens there, or when it ends before it answers. The
 * connection made here stays open and unused: it keeps the engine from ending,
 * and its end tells that the engine ended.
 */
export async function connectEngine(socketPath: string): Promise<EngineClient | null> {
	const lifeline = await connectSocket(socketPath);
	if (lifeline === null) return null;
	// Upgraded, because the server ends a connection that asks for nothing.
	lifeline.write(
		"GET /lifeline HTTP/1.1\r\nhost: engine\r\nconnection: upgrade\r\nupgrade: homerange-lifeline\r\n\r\n",
	);
	if (!(await isAnswered(lifeline))) return null;
	lifeline.resume();
	const lost = new Promise<void>((resolve) => lifeline.once("close", () => resolve()));
	const transport = new SocketFetch(socketPath);
	const link = new RPCLink({
		url: "http://engine.invalid/rpc",
		fetch: (request) => transport.fetch(request),
		interceptors: [
			async ({ next }) => {
				try {
					const answer = await next();
					return isStream(answer) ? mapStreamErrors(answer, fromBorderError) : answer;
				} catch (error) {
					throw fromBorderError(error);
				}
			},
		],
	});
	return {
		api: createORPCClient(link),
		socketPath,
		lost,
		async close() {
			lifeline.destroy();
			transport.close();
		},
	};
}

/** Whether the engine took the lifeline. A connection that still waited in its socket when it ended gets no answer. */
async function isAnswered(lifeline: Socket): Promise<boolean> {
	const { promise, resolve } = Promise.withResolvers<boolean>();
	const limit = setTimeout(() => lifeline.destroy(), answerLimitMs);
	const onClose = () => resolve(false);
	lifeline.once("close", onClose);
	lifeline.once("data", () => resolve(true));
	const isTaken = await promise;
	clearTimeout(limit);
	lifeline.off("close", onClose);
	return isTaken;
}

/** Opens a plain connection to the engine's socket; null when nobody listens. */
export async function connectSocket(path: string): Promise<Socket | null> {
	const socket = connect(path);
	const { promise, resolve, reject } = Promise.withResolvers<Socket | null>();
	socket.once("connect", () => resolve(socket));
	socket.once("error", (error: NodeJS.ErrnoException) => {
		if (error.code === "ENOENT" || error.code === "ECONNREFUSED") return resolve(null);
		reject(
			new HomerangeError("FORBIDDEN", `The engine's socket cannot be reached: ${error.message}.`, {
				place: path,
				remedy: "Run the command as the user who owns the data folder.",
				cause: error,
			}),
		);
	});
	const result = await promise;
	// The owner of the connection listens for its end; a late error is part of that.
	socket.on("error", () => undefined);
	return result;
}
