import { HomerangeError } from "../../contract/errors.ts";
import { diskFullRemedy, isNoSpace } from "./api-errors.ts";
import { asking } from "./asking.ts";
import type { DockerEngine } from "./engine.ts";
import { readImageLines } from "./image-lines.ts";
import { abortError } from "./limits.ts";

export type PullProgress = (done: number, total: number | null) => void;

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
	signal?: AbortSignal,
): Promise<void> {
	if (signal?.aborted) throw abortError();
	const pulls = running.get(host) ?? new Map<string, SharedPull>();
	running.set(host, pulls);
	let shared = pulls.get(image);
	if (!shared) {
		shared = startPull(host, image);
		pulls.set(image, shared);
		const ended = () => pulls.delete(image);
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
			pulls.delete(image);
			pull.abort.abort();
		}
	}
}

function startPull(host: DockerEngine, image: string): SharedPull {
	const listeners = new Set<PullProgress>();
	const abort = new AbortController();
	const pull = async () => {
		const failure = {
			code: "IMAGE_UNAVAILABLE" as const,
			message: `The image ${image} is not on the host and cannot be pulled`,
			remedy: "Check the name and the network connection, or load the image into Docker by hand (docker load).",
			place: image,
		};
		const layers = new Map<string, { done: number; total: number }>();
		try {
			const stream = await asking(host.api).pull(image, { abortSignal: abort.signal });
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
			throw pullError(error, failure);
		}
	};
	return { promise: pull(), listeners, abort, waiting: 0 };
}

/** The registry's refusal comes as an HTTP status of the engine's own answer. */
function pullError(error: unknown, failure: { message: string; remedy: string; place: string }): unknown {
	if (!(error instanceof HomerangeError) || error.code !== "ENGINE_REFUSED") return error;
	if (isNoSpace(error.message)) {
		return new HomerangeError("DISK_FULL", error.message, { remedy: diskFullRemedy, place: failure.place });
	}
	const { message, remedy, place } = failure;
	return new HomerangeError("IMAGE_UNAVAILABLE", `${message}: ${error.message}`, { remedy, place, cause: error });
}
