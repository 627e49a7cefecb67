import type { Readable } from "node:stream";
import type Dockerode from "dockerode";

interface Cancellable {
	abortSignal?: AbortSignal | undefined;
}

/** What dockerode takes and gives in these calls; its published types do not know. */
interface Asking {
	version(options: Cancellable): Promise<unknown>;
	info(options: Cancellable): Promise<unknown>;
	ping(options: Cancellable): Promise<unknown>;
	loadImage(file: Readable, options: Cancellable & { quiet: boolean }): Promise<Readable>;
	getImage(name: string): {
		inspect(options: Cancellable): Promise<unknown>;
		get(options: Cancellable): Promise<Readable>;
	};
	pull(image: string, options: Cancellable): Promise<Readable>;
	getEvents(options: Cancellable & { filters: Record<string, string[]> }): Promise<Readable>;
}

/** The same client under types that allow a signal, with answers that the caller has to check. */
export function asking(api: Dockerode): Asking {
	return api as unknown as Asking;
}
