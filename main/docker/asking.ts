import type { IncomingMessage } from "node:http";
import type { Readable } from "node:stream";
import type Dockerode from "dockerode";
import type { DialOptions } from "./api-request.ts";

interface Cancellable {
	abortSignal?: AbortSignal | undefined;
}

/** What dockerode takes and gives in these calls; its published types do not know. */
interface Asking {
	version(options: Cancellable): Promise<unknown>;
	info(options: Cancellable): Promise<unknown>;
	ping(options: Cancellable): Promise<unknown>;
	loadImage(file: Readable, options: Cancellable & { quiet: boolean }): Promise<Readable>;
	getImage(name: string): { inspect(options: Cancellable): Promise<unknown> };
	pull(image: string, options: Cancellable): Promise<Readable>;
	modem: { dial(request: DialOptions, callback: (error: Error | null, result?: unknown) => void): void };
	getEvents(options: Cancellable & { filters: Record<string, string[]> }): Promise<Readable>;
}

/** The same client under types that allow a signal, with answers that the caller has to check. */
export function asking(api: Dockerode): Asking {
	return api as unknown as Asking;
}

/** The stream of `docker save`. dockerode's own call for it cannot be cancelled. */
export function saveImage(api: Dockerode, reference: string, signal: AbortSignal): Promise<IncomingMessage> {
	return openStream(api, "/images/get?", { names: reference }, signal);
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

function openStream(
	api: Dockerode,
	path: string,
	options: Record<string, unknown>,
	signal: AbortSignal | undefined,
): Promise<IncomingMessage> {
	const request: DialOptions = {
		path,
		method: "GET",
		options,
		isStream: true,
		statusCodes: { 200: true },
		...(signal ? { abortSignal: signal } : {}),
	};
	return new Promise((resolve, reject) => {
		asking(api).modem.dial(request, (error, stream) => (error ? reject(error) : resolve(stream as IncomingMessage)));
	});
}
