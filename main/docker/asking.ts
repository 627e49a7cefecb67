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
export function saveImage(api: Dockerode, reference: string, signal: AbortSignal): Promise<Readable> {
	const request: DialOptions = {
		path: "/images/get?",
		method: "GET",
		options: { names: reference },
		isStream: true,
		statusCodes: { 200: true },
		abortSignal: signal,
	};
	return new Promise((resolve, reject) => {
		asking(api).modem.dial(request, (error, stream) => (error ? reject(error) : resolve(stream as Readable)));
	});
}
