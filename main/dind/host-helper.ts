import { HomerangeError } from "../../contract/errors.ts";
import type { DockerEngine } from "../docker/engine.ts";
import { FrameDemuxer } from "../docker/frames.ts";
import { abortable } from "./abortable.ts";
import { label } from "./names.ts";

const outputLimit = 256 * 1024;
const defaultLimitMs = 30_000;
/** What root needs to read files of any owner, and to write and give away such files. */
const readingCapabilities = ["DAC_READ_SEARCH"];
const writingCapabilities = ["DAC_OVERRIDE", "CHOWN", "FOWNER", "FSETID"];

export interface HelperRequest {
	image: string;
	/** Plain sh. Values go in as arguments, never into the script's text. */
	script: string;
	arguments?: string[];
	/** May change the packet filter of the engine's host. */
	mayFilter?: boolean;
	/** May change the network interfaces of the engine's host, and name processes by their numbers there. */
	mayPlug?: boolean;
	/** Volumes that it may read, whoever owns their files, and not write: at /volumes/0, /volumes/1 and so on. */
	readsVolumes?: readonly string[];
	/** Volumes that it may write, whoever owns their files: numbered after those that it reads. */
	writesVolumes?: readonly string[];
	/** No network at all, for work on files. */
	offline?: boolean;
	/** Milliseconds; 30 seconds by default. */
	limitMs?: number;
	labels?: Record<string, string>;
}

/**
 * Runs a script in a short-lived container that shares the network namespace of the engine's host: the only way to
 * see that host which also works when it is a virtual machine (Docker Desktop). It is not privileged, has every
 * capability dropped, and leaves nothing. Standard error is part of the output.
 */
export async function runHostHelper(
	host: DockerEngine,
	request: HelperRequest,
	signal?: AbortSignal,
): Promise<{ exitCode: number; output: string }> {
	const {
		mayFilter = false,
		mayPlug = false,
		readsVolumes = [],
		writesVolumes = [],
		limitMs = defaultLimitMs,
	} = request;
	const limit = AbortSignal.any([...(signal ? [signal] : []), AbortSignal.timeout(limitMs)]);
	const abort = abortable({}, limit);
	const container = await host.api.createContainer({
		...abort,
		Image: request.image,
		Entrypoint: ["sh", "-c", request.script, "homerange-helper"],
		Cmd: request.arguments ?? [],
		User: "0:0",
		Labels: { ...request.labels, [label.role]: "helper" },
		AttachStdout: true,
		AttachStderr: true,
		HostConfig: {
			NetworkMode: request.offline ? "none" : "host",
			...(mayPlug ? { PidMode: "host" } : {}),
			CapDrop: ["ALL"],
			CapAdd: [
				...(mayFilter || mayPlug ? ["NET_ADMIN"] : []),
				...(mayFilter ? ["NET_RAW"] : []),
				...(readsVolumes.length > 0 ? readingCapabilities : []),
				...(writesVolumes.length > 0 ? writingCapabilities : []),
			],
			Mounts: [...readsVolumes, ...writesVolumes].map((volume, n) => ({
				Type: "volume" as const,
				Source: volume,
				Target: `/volumes/${n}`,
				ReadOnly: n < readsVolumes.length,
			})),
			AutoRemove: true,
			LogConfig: { Type: "none", Config: {} },
			RestartPolicy: { Name: "no" },
		},
	});
	try {
		const stream = await container.attach({ ...abort, stream: true, stdout: true, stderr: true });
		const output = collect(stream);
		// Waiting begins before the start: an automatically removed container cannot be asked afterwards. It lasts until
		// the container is gone, because until then it holds its volumes.
		const ended = container.wait({ ...abort, condition: "removed" });
		const [, { StatusCode: exitCode }] = await Promise.all([container.start(abort), ended]);
		return { exitCode, output: await output };
	} catch (error) {
		await container.remove({ force: true, v: true }).catch((again: unknown) => {
			// Gone or going: that is what was wanted.
			if (!(again instanceof Error && /no such container|already in progress/i.test(again.message))) throw again;
		});
		if (signal?.aborted || !limit.aborted) throw error;
		throw new HomerangeError("TIMEOUT", `A helper container did not end within ${limitMs / 1000} seconds.`, {
			place: host.label,
		});
	}
}

function collect(stream: NodeJS.ReadableStream): Promise<string> {
	return new Promise((resolve, reject) => {
		const chunks: Buffer[] = [];
		let size = 0;
		const frames = new FrameDemuxer((_, bytes) => {
			if (size < outputLimit) chunks.push(bytes.subarray(0, outputLimit - size));
			size += bytes.length;
		});
		stream.on("data", (chunk: Buffer) => {
			try {
				frames.push(chunk);
			} catch (error) {
				reject(error);
			}
		});
		const done = () => resolve(Buffer.concat(chunks).toString("utf8"));
		stream.once("end", done);
		stream.once("close", done);
		stream.once("error", reject);
	});
}
