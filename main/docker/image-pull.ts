import { homedir } from "node:os";
import { HomerangeError, toErrorInfo } from "../../contract/errors.ts";
import { diskFullRemedy, isNoSpace } from "./api-errors.ts";
import { asking } from "./asking.ts";
import type { DockerEngine } from "./engine.ts";
import { readImageLines } from "./image-lines.ts";
import { abortError } from "./limits.ts";
import { type CredentialPlaces, registryAuth, registryOf } from "./registry-auth.ts";

export type PullProgress = (done: number, total: number | null) => void;

export interface PullOptions {
	signal?: AbortSignal | undefined;
	/** "linux/arm64"; absent: the engine's own. */
	platform?: string | undefined;
	/** Where the Docker CLI keeps credentials; default: this user's own. */
	credentials?: CredentialPlaces | undefined;
}

interface SharedPull {
	promise: Promise<void>;
	listeners: Set<PullProgress>;
	abort: AbortController;
	waiting: number;
}

const running = new WeakMap<DockerEngine, Map<string, SharedPull>>();

/** Pulls an image. Callers at the same time share one pull; it is cancelled when all of them cancelled. */
export async function pullImage(
	host: DockerEngine,
	image: string,
	onProgress: PullProgress,
	options: PullOptions = {},
): Promise<void> {
	const { signal } = options;
	if (signal?.aborted) throw abortError();
	const pulls = running.get(host) ?? new Map<string, SharedPull>();
	running.set(host, pulls);
	const key = `${image} ${options.platform ?? ""}`;
	let shared = pulls.get(key);
	if (!shared) {
		shared = startPull(host, image, options);
		pulls.set(key, shared);
		const ended = () => pulls.delete(key);
		shared.promise.then(ended, ended);
	}
	const pull = shared;
	const { promise: aborted, reject } = Promise.withResolvers<never>();
	const onAbort = () => reject(abortError());
	signal?.addEventListener("abort", onAbort, { once: true });
	pull.listeners.add(onProgress);
	pull.waiting++;
	try {
		await Promise.race([pull.promise, aborted]);
	} finally {
		signal?.removeEventListener("abort", onAbort);
		pull.listeners.delete(onProgress);
		pull.waiting--;
		if (pull.waiting === 0) {
			// Nobody may join a pull that is being given up.
			pulls.delete(key);
			pull.abort.abort();
		}
	}
}

function startPull(host: DockerEngine, image: string, { platform, credentials }: PullOptions): SharedPull {
	const listeners = new Set<PullProgress>();
	const abort = new AbortController();
	const pull = async () => {
		const failure = {
			code: "IMAGE_UNAVAILABLE" as const,
			message: `The image ${image} cannot be pulled`,
			remedy: "Check the name and the network connection, or import the image from a file.",
			place: image,
		};
		let withoutCredentials: string | null = null;
		const layers = new Map<string, { done: number; total: number }>();
		try {
			const places = credentials ?? { env: process.env, homeFolder: homedir() };
			const authconfig = await registryAuth(image, places, abort.signal).catch((error: unknown) => {
				// Most images need none: it only matters, and is told, when the registry refuses.
				withoutCredentials = toErrorInfo(error).message;
				return null;
			});
			const stream = await asking(host.api).pull(image, { abortSignal: abort.signal, authconfig, platform });
			await readImageLines(stream, failure, ({ status, id, progressDetail }) => {
				if (!id) return;
				if (status === "Downloading" && progressDetail?.total) {
					layers.set(id, { done: progressDetail.current ?? 0, total: progressDetail.total });
				} else if (status === "Download complete" || status === "Pull complete") {
					const layer = layers.get(id);
					if (layer) layer.done = layer.total;
				} else return;
				const known = [...layers.values()];
				const done = known.reduce((sum, layer) => sum + layer.done, 0);
				const total = known.reduce((sum, layer) => sum + layer.total, 0);
				for (const listener of listeners) listener(done, total);
			});
		} catch (error) {
			throw abort.signal.aborted ? abortError() : pullError(error, failure, withoutCredentials);
		}
	};
	return { promise: pull(), listeners, abort, waiting: 0 };
}

/** The registry's refusal comes as an HTTP status of the engine's own answer, or as a line of it. */
function pullError(
	error: unknown,
	failure: { message: string; remedy: string; place: string },
	withoutCredentials: string | null,
): unknown {
	if (!(error instanceof HomerangeError)) return error;
	if (isNoSpace(error.message)) {
		return new HomerangeError("DISK_FULL", error.message, { remedy: diskFullRemedy, place: failure.place });
	}
	if (error.code !== "ENGINE_REFUSED" && error.code !== "IMAGE_UNAVAILABLE") return error;
	const { message, remedy, place } = failure;
	const sentence = error.code === "ENGINE_REFUSED" ? `${message}: ${error.message}` : error.message;
	return new HomerangeError("IMAGE_UNAVAILABLE", sentence, {
		remedy: isRefusedLogin(error.message) ? loginRemedy(place) : remedy,
		place,
		detail: [withoutCredentials, error.detail].filter((text) => text !== null).join("\n") || null,
		cause: error,
	});
}

function isRefusedLogin(message: string): boolean {
	return /unauthorized|authentication required|no basic auth|access.*denied|denied:/i.test(message);
}

function loginRemedy(reference: string): string {
	const registry = registryOf(reference);
	const name = registry.includes("://") ? "" : ` ${registry}`;
	return `Check the name, and log in with \`docker login${name}\`: the credentials of the Docker command are used.`;
}
