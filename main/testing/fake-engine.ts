import { mkdtemp, rm } from "node:fs/promises";
import http from "node:http";
import type { Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";

export interface FakeEngine {
	socketPath: string;
	/** "GET /v1.41/info", in order. */
	requests: string[];
	/** Resolves when a request for this route has come, now or later. */
	whenAsked(route: string): Promise<void>;
	/** Ends every connection, as a daemon that dies does. */
	drop(): void;
	close(): Promise<void>;
}

type Answer = (request: http.IncomingMessage, response: http.ServerResponse) => void;

export const fakeVersion = { Version: "28.5.2", ApiVersion: "1.51", MinAPIVersion: "1.24", Arch: "amd64" };
export const fakeInfo = {
	Name: "fake",
	OperatingSystem: "Debian",
	Architecture: "x86_64",
	NCPU: 2,
	MemTotal: 1,
	Driver: "overlay2",
	CgroupVersion: "2",
};

export function json(response: http.ServerResponse, value: unknown, status = 200): void {
	response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(value));
}

/** An HTTP server on a unix socket for unit tests of what an engine could answer. `/version`, `/info` and `/events` have answers. */
export async function startFakeEngine(answers: Record<string, Answer> = {}, socketPath?: string): Promise<FakeEngine> {
	const folder = socketPath ? null : await mkdtemp(join(tmpdir(), "homerange-fake-"));
	const path = socketPath ?? join(folder ?? "", "docker.sock");
	const requests: string[] = [];
	const sockets = new Set<Socket>();
	const asked = new Map<string, PromiseWithResolvers<void>>();
	const askedFor = (route: string) => {
		const waiting = asked.get(route) ?? Promise.withResolvers<void>();
		asked.set(route, waiting);
		return waiting;
	};
	const standard: Record<string, Answer> = {
		"/version": (_, response) => json(response, fakeVersion),
		"/info": (_, response) => json(response, fakeInfo),
		"/events": (_, response) => response.writeHead(200, { "content-type": "application/json" }).flushHeaders(),
		...answers,
	};
	const server = http.createServer((request, response) => {
		const url = request.url ?? "";
		requests.push(`${request.method} ${url}`);
		const route = url.replace(/^\/v[0-9.]+/, "").replace(/\?.*$/, "");
		const answer = standard[route];
		askedFor(route).resolve();
		if (answer) answer(request, response);
		else json(response, { message: `no ${route}` }, 404);
	});
	server.on("connection", (socket) => {
		sockets.add(socket);
		socket.once("close", () => sockets.delete(socket));
	});
	await new Promise<void>((resolve) => server.listen(path, resolve));
	const drop = () => {
		for (const socket of sockets) socket.destroy();
	};
	return {
		socketPath: path,
		requests,
		whenAsked: (route) => askedFor(route).promise,
		drop,
		async close() {
			drop();
			await new Promise((resolve) => server.close(resolve));
			if (folder) await rm(folder, { recursive: true });
		},
	};
}
