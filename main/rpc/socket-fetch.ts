import { Agent, request as httpRequest, type IncomingMessage } from "node:http";
import type { Readable } from "node:stream";
import { HomerangeError } from "../../contract/errors.ts";

/**
 * `fetch` over a unix socket, on Node's own HTTP client: the fetch that Node has
 * cannot be given a socket, and a package that can doubles the time of a short command.
 */
export class SocketFetch {
	readonly #socketPath: string;
	readonly #agent = new Agent({ keepAlive: true });

	constructor(socketPath: string) {
		this.#socketPath = socketPath;
	}

	async fetch(request: Request): Promise<Response> {
		const body = request.body === null ? "" : await request.text();
		const answer = await this.#send(request, body);
		const headers = new Headers();
		for (const [name, value] of Object.entries(answer.headers)) {
			if (typeof value === "string") headers.set(name, value);
		}
		return new Response(webStream(answer, request.signal), { status: answer.statusCode ?? 500, headers });
	}

	close(): void {
		this.#agent.destroy();
	}

	#send(request: Request, body: string): Promise<IncomingMessage> {
		const { promise, resolve, reject } = Promise.withResolvers<IncomingMessage>();
		const { pathname, search } = new URL(request.url);
		const sent = httpRequest({
			socketPath: this.#socketPath,
			agent: this.#agent,
			method: request.method,
			path: pathname + search,
			headers: { ...Object.fromEntries(request.headers), "content-length": Buffer.byteLength(body) },
			signal: request.signal,
		});
		sent.once("response", resolve);
		sent.on("error", (error) => {
			reject(request.signal.aborted ? error : lostEngine(error));
		});
		sent.end(body);
		return promise;
	}
}

/** Hand-made, because a cancelled `Readable.toWeb` reports the cut as an error that nobody can catch. */
function webStream(source: Readable, signal: AbortSignal): ReadableStream<Uint8Array> {
	const chunks = source.iterator();
	return new ReadableStream({
		async pull(controller) {
			try {
				const { done, value } = await chunks.next();
				if (done) controller.close();
				else controller.enqueue(value);
			} catch (error) {
				controller.error(signal.aborted ? error : lostEngine(error));
			}
		},
		cancel() {
			source.destroy();
		},
	});
}

function lostEngine(cause: unknown): HomerangeError {
	return new HomerangeError("INTERRUPTED", "The engine ended while it was asked.", {
		remedy: "Run the command again; `homerange list` shows what became of the ranges.",
		cause,
	});
}
