import { PassThrough, type Readable } from "node:stream";
import { printable } from "./api-errors.ts";
import type { Upload } from "./api-request.ts";
import { asking, saveImages } from "./asking.ts";
import type { DockerEngine } from "./engine.ts";
import { readImageLines } from "./image-lines.ts";
import { abortError } from "./limits.ts";
import { withoutFiles } from "./without-files.ts";

const progressStepBytes = 256 * 1024;

export interface ImageStreamOptions {
	/** What the images' sizes lead to expect; the stream may be longer. */
	readonly expectedBytes: number;
	readonly signal?: AbortSignal | undefined;
	/** Looks at the archive, or changes it, on its way; what it gives is what is loaded. */
	through?(saved: Readable): Upload;
	/**
	 * A cancel that comes when everything has been sent waits for the end of the load: an engine goes on with it, and
	 * the images would come after somebody had looked for them.
	 */
	readonly settles?: boolean;
	/** Bytes so far, and of the whole as good as it is known; the engine's own words when it says some. */
	onProgress?(done: number, total: number, note?: string): void;
}

/**
 * Sends images from one engine to another as one stream from save to load, without a file between. A layer that
 * several of them share is in it once. Gives the number of bytes; the images must be looked at afterwards, because
 * an engine can say that it loaded what it could not unpack.
 */
export async function streamImages(
	from: DockerEngine,
	to: DockerEngine,
	references: readonly string[],
	{ expectedBytes, signal, onProgress, through, settles = false }: ImageStreamOptions,
): Promise<number> {
	const stop = new AbortController();
	const both = signal ? AbortSignal.any([signal, stop.signal]) : stop.signal;
	const saved = await saveImages(from.api, references, both);
	let done = 0;
	let reported = 0;
	const counted = new PassThrough({ highWaterMark: 1024 * 1024 });
	saved.on("data", (chunk: Buffer) => {
		done += chunk.length;
		if (done - reported < progressStepBytes) return;
		reported = done;
		onProgress?.(done, Math.max(done, expectedBytes));
	});
	saved.once("error", (error) => counted.destroy(error));
	saved.pipe(counted);
	try {
		const upload = through?.(counted) ?? counted;
		const abort = settles ? {} : { abortSignal: both };
		const answer = await asking(to.api).loadImage(upload, { quiet: false, ...abort });
		const failure = {
			code: "IMAGE_UNAVAILABLE" as const,
			message: `${references.join(", ")} cannot be loaded into ${to.label}`,
			remedy: "Look at the detail; docker save and docker load of the image on the host show whether it is whole.",
			place: references.join(", "),
		};
		await readImageLines(answer, failure, ({ status, stream: said }) => {
			const note = said ?? status;
			if (note) onProgress?.(done, Math.max(done, expectedBytes), printable(note, 200));
		});
		return done;
	} catch (error) {
		throw signal?.aborted ? abortError() : error;
	} finally {
		stop.abort();
		saved.destroy();
		counted.destroy();
	}
}

/**
 * The same without files that the other engine is not expected to read (`filesToLeaveOut`). Engines differ in what they
 * insist on: when this fails, everything is sent.
 */
export async function streamMissing(
	from: DockerEngine,
	to: DockerEngine,
	references: readonly string[],
	leftOut: ReadonlySet<string>,
	options: ImageStreamOptions,
): Promise<number> {
	if (leftOut.size === 0) return await streamImages(from, to, references, options);
	const { through = (saved: Readable) => saved } = options;
	try {
		return await streamImages(from, to, references, {
			...options,
			through: (saved) => withoutFiles(through(saved), leftOut),
		});
	} catch (error) {
		if (options.signal?.aborted) throw error;
		return await streamImages(from, to, references, options);
	}
}
