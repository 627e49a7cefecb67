import http, { type IncomingMessage, type RequestOptions } from "node:http";
import https from "node:https";
import type { Duplex } from "node:stream";
import { HomerangeError } from "../../contract/errors.ts";
import { DockerApiError, unreachable } from "./api-errors.ts";
import { type DialOptions, jsonBody, requestPath } from "./api-request.ts";
import { abortError, answerLimitMs, bodyLimit, bodyTimeLimitMs, errorBodyLimit, workLimitMs } from "./limits.ts";

/** Where HTTP requests go: address and TLS options of `http.request`, and the agents that hold the connections. */
export interface ApiTarget {
	readonly secure: boolean;
	readonly connection: Pick<RequestOptions, "socketPath" | "host" | "port">;
	/** For requests that are answered at once; may be bounded. */
	readonly pooled: http.Agent;
	/** For streams, upgrades and requests that block: never bounded. */
	readonly dedicated: http.Agent;
}

type Callback = (error: Error | null, result?: unknown) => void;

/**
 * The transport under dockerode, in place of docker-modem: that one reads its
 * defaults from the environment, reads bodies without a limit, and never calls
 * back when a connection breaks inside a body.
 */
export class ApiTransport {
	/** dockerode builds its promises with this. */
	Promise = globalThis.Promise;
	readonly label: string;
	readonly #target: ApiTarget;
	readonly #apiVersion: string | null;

	constructor(target: ApiTarget, apiVersion: string | null, label: string) {
		this.#target = target;
		this.#apiVersion = apiVersion;
		this.label = label;
	}

	/** The one method that dockerode calls. */
	dial(options: DialOptions, callback: Callback): void {
		this.#request(options).then(
			(result) => callback(null, result),
			(error: unknown) => callback(error instanceof Error ? error : new Error(String(error))),
		);
	}

	async #request(options: DialOptions): Promise<unknown> {
		const signal = options.abortSignal ?? options.options?.abortSignal;
		if (signal?.aborted) throw abortError();
		try {
			return await this.#once(options, signal);
		} catch (error) {
			// A kept-alive connection can die between two requests; a question may then simply be asked again.
			if (!(error instanceof StaleConnection) || signal?.aborted) throw error;
			if (options.method !== "GET" && options.method !== "HEAD") throw unreachable(this.label, error.cause);
			return await this.#once(options, signal).catch((again: unknown) => {
				throw again instanceof StaleConnection ? unreachable(this.label, again.cause) : again;
			});
		}
	}

	#once(options: DialOptions, signal: AbortSignal | undefined): Promise<unknown> {
		const { method } = options;
		const body = jsonBody(options);
		const upload = options.file;
		const headers: Record<string, string | number> = { host: "docker" };
		if (options.authconfig) headers["x-registry-auth"] = registryHeader(options.authconfig);
		if (body !== null) {
			headers["content-type"] = "application/json";
			headers["content-length"] = Buffer.byteLength(body);
		} else if (upload !== undefined) {
			headers["content-type"] = "application/x-tar";
			if (Buffer.isBuffer(upload)) headers["content-length"] = upload.length;
		}
		if (options.hijack) {
			headers.connection = "Upgrade";
			headers.upgrade = "tcp";
		}
		const request = (this.#target.secure ? https : http).request({
			...this.#target.connection,
			agent: this.#agentFor(options),
			path: (this.#apiVersion === null ? "" : `/v${this.#apiVersion}`) + requestPath(options),
			method,
			headers,
		});
		return new Promise((resolve, reject) => {
			const limit = answerLimit(options);
			const onAbort = () => request.destroy(abortError());
			const timer =
				limit === null
					? null
					: setTimeout(() => request.destroy(new Error(`no answer to ${method} within ${limit / 1000} s`)), limit);
			const settle = () => {
				if (timer !== null) clearTimeout(timer);
			};
			signal?.addEventListener("abort", onAbort, { once: true });
			request.once("close", () => {
				settle();
				signal?.removeEventListener("abort", onAbort);
			});
			request.on("error", (error: Error) => {
				settle();
				if (signal?.aborted) reject(abortError());
				else if (request.reusedSocket && isReset(error)) reject(new StaleConnection(error));
				else reject(unreachable(this.label, error));
			});
			request.once("upgrade", (response: IncomingMessage, socket: Duplex, head: Buffer) => {
				settle();
				if (!options.hijack) {
					socket.destroy();
					reject(this.#malformed("it changed the protocol without being asked"));
					return;
				}
				if (head.length > 0) socket.unshift(head);
				response.resume();
				resolve(socket);
			});
			request.once("response", (response) => {
				settle();
				this.#answer(options, response, signal).then(resolve, (error: unknown) => {
					request.destroy();
					reject(error);
				});
			});
			if (upload !== undefined && !Buffer.isBuffer(upload)) {
				upload.once("error", (error) => request.destroy(error));
				request.once("close", () => upload.destroy());
				upload.pipe(request);
			} else {
				request.end(body ?? upload);
			}
		});
	}

	async #answer(options: DialOptions, response: IncomingMessage, signal?: AbortSignal): Promise<unknown> {
		const status = response.statusCode ?? 0;
		if (options.statusCodes[status] !== true) {
			const text = (await this.#read(response, errorBodyLimit, signal)).toString();
			const reason = options.statusCodes[status];
			throw new DockerApiError(status, errorMessage(text) ?? `${reason ?? "HTTP status"} (${status})`, this.label);
		}
		if (options.hijack) throw this.#malformed("it did not open the stream that was asked for");
		if (options.isStream) return response;
		const body = await this.#read(response, bodyLimit, signal);
		// By the header, not by trial: a machine's log that happens to be JSON must stay bytes.
		if (!/^application\/json\b/.test(response.headers["content-type"] ?? "")) return body;
		try {
			return JSON.parse(body.toString());
		} catch {
			throw this.#malformed("its answer is not the JSON that it says it is");
		}
	}

	#read(response: IncomingMessage, limit: number, signal: AbortSignal | undefined): Promise<Buffer> {
		return new Promise((resolve, reject) => {
			const chunks: Buffer[] = [];
			let size = 0;
			const fail = (error: Error) => {
				clearTimeout(timer);
				response.destroy();
				reject(signal?.aborted ? abortError() : error);
			};
			const timer = setTimeout(() => fail(this.#malformed("its answer did not end in time")), bodyTimeLimitMs);
			response.on("data", (chunk: Buffer) => {
				size += chunk.length;
				if (size > limit) fail(this.#malformed(`its answer is larger than ${limit} bytes`));
				else chunks.push(chunk);
			});
			response.once("error", (error) => fail(unreachable(this.label, error)));
			response.once("close", () => {
				if (!response.complete) fail(unreachable(this.label, new Error("the connection broke inside an answer")));
			});
			response.once("end", () => {
				clearTimeout(timer);
				resolve(Buffer.concat(chunks));
			});
		});
	}

	#agentFor(options: DialOptions): http.Agent {
		const { pooled, dedicated } = this.#target;
		if (options.hijack) return Object.values(pooled.freeSockets).some((free) => free?.length) ? pooled : dedicated;
		return options.isStream || options.file !== undefined || blocks(options.path) ? dedicated : pooled;
	}

	#malformed(what: string): HomerangeError {
		return new HomerangeError("ENGINE_REFUSED", `The Docker Engine (${this.label}) gave a wrong answer: ${what}.`, {
			place: this.label,
		});
	}
}

/** A kept-alive connection turned out to be dead before anything was answered on it. */
class StaleConnection extends Error {
	constructor(cause: Error) {
		super("The connection was dead.", { cause });
	}
}

/** Base64 for URLs with its padding: engines read what lacks it as if there were no credentials at all. */
function registryHeader(credentials: unknown): string {
	const base64 = Buffer.from(JSON.stringify(credentials)).toString("base64");
	return base64.replaceAll("+", "-").replaceAll("/", "_");
}

function isReset(error: Error): boolean {
	return "code" in error && (error.code === "ECONNRESET" || error.code === "EPIPE");
}

/** Requests that an engine answers only after something else has happened. */
function blocks(path: string): boolean {
	return /\/(wait|stop|restart)(\?|$)/.test(path);
}

function answerLimit(options: DialOptions): number | null {
	if (/\/wait(\?|$)/.test(options.path) || options.file !== undefined) return null;
	return options.method === "GET" || options.method === "HEAD" ? answerLimitMs : workLimitMs;
}

function errorMessage(text: string): string | null {
	try {
		const parsed: unknown = JSON.parse(text);
		if (typeof parsed === "object" && parsed !== null && "message" in parsed && typeof parsed.message === "string") {
			return parsed.message;
		}
	} catch {
		// Proxies and very old engines answer in plain text.
	}
	return text.trim() || null;
}
