import { createServer, type Socket } from "node:net";

/** A service of the engine's host on one of its addresses. Each connection gets one line. */
export async function listenOn(
	address: string,
	answer: (socket: Socket) => string,
): Promise<AsyncDisposable & { port: number }> {
	const server = createServer((socket) => socket.end(`${answer(socket)}\n`));
	await new Promise<void>((resolve, reject) => {
		server.once("error", reject);
		server.listen(0, address, resolve);
	});
	const bound = server.address();
	return {
		port: typeof bound === "object" && bound ? bound.port : 0,
		[Symbol.asyncDispose]: () => new Promise((resolve) => server.close(() => resolve())),
	};
}
