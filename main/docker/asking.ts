import type { IncomingMessage } from "node:http";
import type { Readable } from "node:stream";
import type Dockerode from "dockerode";
import type { DialOptions, Upload } from "./api-request.ts";

interface Cancellable {
	abortSignal?: AbortSignal | undefined;
}

/** What dockerode takes and gives in these calls; its published types do not know. */
interface Asking {
	version(options: Cancellable): Promise<unknown>;
	info(options: Cancellable): Promise<unknown>;
	ping(options: Cancellable): Promise<unknown>;
	loadImage(file: Upload, options: Cancellable & { quiet: boolean }): Promise<Readable>;
	getImage(name: string): { inspect(options: Cancellable): Promise<unknown> };
	pull(
		image: string,
		options: Cancellable & { authconfig?: object | null; platform?: string | undefined },
	): Promise<Readable>;
	modem: { dial(request: DialOptions, callback: (error: Error | null, result?: unknown) => void): void };
	getEvents(options: Cancellable & { filters: Record<string, string[]> }): Promise<Readable>;
}

/** The same client under types that allow a signal, with answers that the caller has to check. */
export function asking(api: Dockerode): Asking {
	return api as unknown as Asking;
}

/** Sends an archive that the engine builds from; the answer is a stream of JSON lines. dockerode's own call reads files itself. */
export function buildFrom(
	api: Dockerode,
	context: Upload,
	options: Record<string, unknown>,
	signal: AbortSignal,
): Promise<IncomingMessage> {
	const request = {
		path: "/build?",
		method: "POST",
		file: context,
		options,
		isStream: true,
		statusCodes: { 200: true },
	} as const;
	return dial(api, request, signal) as Promise<IncomingMessage>;
}

/** Takes a name off an image, and the image with its last name; gives what went. */
export function removeImage(
	api: Dockerode,
	name: string,
	options: { force: boolean },
	signal?: AbortSignal,
): Promise<unknown> {
	return dial(api, { path: `/images/${name}?`, method: "DELETE", options, statusCodes: { 200: true } }, signal);
}

/** The stream of `docker save`, of one image or several. dockerode's own call for it takes one and cannot be cancelled. */
export function saveImages(
	api: Dockerode,
	references: readonly string[],
	signal: AbortSignal,
): Promise<IncomingMessage> {
	return openStream(api, "/images/get?", { names: references }, signal);
}

/** A container's log as a stream, also when it is not followed: dockerode would collect that one in memory. */
export function streamLogs(
	api: Dockerode,
	container: string,
	options: { follow: boolean; tail: number },
	signal?: AbortSignal,
): Promise<IncomingMessage> {
	return openStream(api, `/containers/${container}/logs?`, { ...options, stdout: true, stderr: true }, signal);
}

/** What a container uses, about once a second as lines of JSON. */
export function streamStats(api: Dockerode, container: string, signal: AbortSignal): Promise<IncomingMessage> {
	return openStream(api, `/containers/${container}/stats?`, { stream: true }, signal);
}

/** A plain question by path, with an answer that the caller has to check. */
export function askPath(
	api: Dockerode,
	path: string,
	options: Record<string, unknown> = {},
	signal?: AbortSignal,
): Promise<unknown> {
	return dial(api, { path, method: "GET", options, statusCodes: { 200: true } }, signal);
}

function openStream(
	api: Dockerode,
	path: string,
	options: Record<string, unknown>,
	signal: AbortSignal | undefined,
): Promise<IncomingMessage> {
	const request = { path, method: "GET", options, isStream: true, statusCodes: { 200: true } } as const;
	return dial(api, request, signal) as Promise<IncomingMessage>;
}

function dial(api: Dockerode, request: DialOptions, signal: AbortSignal | undefined): Promise<unknown> {
	const whole = signal ? { ...request, abortSignal: signal } : request;
	return new Promise((resolve, reject) => {
		asking(api).modem.dial(whole, (error, answer) => (error ? reject(error) : resolve(answer)));
	});
}
