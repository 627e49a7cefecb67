import type { Duplex } from "node:stream";
import { HomerangeError } from "../../contract/errors.ts";
import { label } from "../dind/names.ts";
import { hasStatus, isNotFound, printable } from "../docker/api-errors.ts";
import type { DockerEngine } from "../docker/engine.ts";
import { FrameDemuxer } from "../docker/frames.ts";
import { limited } from "../docker/limits.ts";

export interface ShortLivedContainer {
	readonly id: string;
	/** Ends it and waits until it is gone. */
	close(): Promise<void>;
}

export interface ShortLivedRequest {
	image: string;
	/** Plain sh; says "ready" on a line of its own and then reads stdin to its end. Values go in as arguments. */
	script: string;
	arguments: string[];
	/** A network's name, or "container:NAME". */
	network: string;
	rangeId: string;
}

const startLimitMs = 20_000;
const endLimitMs = 10_000;
const outputLimit = 4096;

/**
 * A container that lives as long as our side of its stdin, so it goes as well when this process dies. It may
 * change its network namespace and nothing else, and is removed with its end.
 */
export async function openShortLived(
	host: DockerEngine,
	request: ShortLivedRequest,
	signal: AbortSignal,
): Promise<ShortLivedContainer> {
	const limit = limited(startLimitMs, signal);
	const abort: object = { abortSignal: limit };
	const container = await host.api.createContainer({
		...abort,
		Image: request.image,
		Entrypoint: ["sh", "-c", request.script, "homerange-network-test"],
		Cmd: request.arguments,
		User: "0:0",
		Labels: { [label.range]: request.rangeId, [label.role]: "helper" },
		OpenStdin: true,
		StdinOnce: true,
		AttachStdin: true,
		AttachStdout: true,
		AttachStderr: true,
		HostConfig: {
			NetworkMode: request.network,
			CapDrop: ["ALL"],
			CapAdd: ["NET_ADMIN", "NET_BIND_SERVICE"],
			AutoRemove: true,
			LogConfig: { Type: "none", Config: {} },
			RestartPolicy: { Name: "no" },
		},
	});
	let stream: Duplex | null = null;
	const close = async (): Promise<void> => {
		stream?.end();
		try {
			const wait: object = { condition: "removed", abortSignal: AbortSignal.timeout(endLimitMs) };
			if (stream !== null) await container.wait(wait);
		} catch (error) {
			if (isNotFound(error)) return;
		}
		await container.remove({ force: true, v: true }).catch((error: unknown) => {
			// Gone, or going by itself: that is what was wanted.
			if (!isNotFound(error) && !hasStatus(error, 409)) throw error;
		});
		stream?.destroy();
	};
	try {
		const options = { ...abort, stream: true, stdin: true, stdout: true, stderr: true, hijack: true };
		const attached = (await container.attach(options)) as Duplex;
		stream = attached;
		const ready = untilReady(attached, limit);
		await container.start(abort);
		await ready;
		return { id: container.id, close };
	} catch (error) {
		await close();
		throw error;
	}
}

function untilReady(stream: Duplex, limit: AbortSignal): Promise<void> {
	const { promise, resolve, reject } = Promise.withResolvers<void>();
	let said = "";
	const fail = () =>
		reject(
			new HomerangeError("ENGINE_REFUSED", `A container of the network test did not start: ${printable(said, 300)}.`),
		);
	const frames = new FrameDemuxer((_, bytes) => {
		said = (said + bytes.toString("latin1")).slice(-outputLimit);
		if (/^ready$/m.test(said)) resolve();
	});
	stream.on("data", (chunk: Buffer) => {
		try {
			frames.push(chunk);
		} catch (error) {
			reject(error);
		}
	});
	for (const event of ["end", "close", "error"]) stream.once(event, fail);
	limit.addEventListener("abort", fail, { once: true });
	// It may fail before anybody waits for it.
	promise.catch(() => undefined);
	return promise;
}
