import type { Duplex } from "node:stream";
import { HomerangeError } from "../../contract/errors.ts";
import { printable } from "./api-errors.ts";
import type { DockerEngine } from "./engine.ts";
import { openExec } from "./exec.ts";
import { abortError } from "./limits.ts";
import { ProcessSocket } from "./process-socket.ts";

/**
 * socat when the DinD image has it, else the nc of busybox (the official image). socat ends 0.5 s after one
 * direction ended unless -t says otherwise, which cuts the answer off for a slow reader; with -d -d it says on
 * stderr when it is connected and when the peer closed.
 */
const script = `
if command -v socat >/dev/null 2>&1; then exec socat -d -d -t 86400 - "TCP:$1:$2"; fi
echo "starting data transfer with nc" >&2
exec nc "$1" "$2"`;
const connectLimitMs = 20_000;
const tailSize = 4096;

/** Where the relay runs: a range's DinD. */
export interface RelayPlace {
	container: string;
	/** Wraps a command so that it runs in the network namespace that holds the range's networks. */
	enterNetns(command: string[]): string[];
}

/**
 * A TCP connection to an address inside a range, as the bytes of a process in its DinD. `end()` closes our
 * direction only; when the peer closes its direction, both are closed once all bytes are through.
 */
export async function openRelay(
	host: DockerEngine,
	dind: RelayPlace,
	address: string,
	port: number,
	signal?: AbortSignal,
): Promise<Duplex> {
	const command = dind.enterNetns(["sh", "-c", script, "sh", address, String(port)]);
	const exec = await openExec(host, dind.container, { command, killable: true }, signal);
	const { promise: connected, resolve, reject } = Promise.withResolvers<void>();
	let tail = "";
	exec.stderr.on("data", (bytes: Buffer) => {
		tail = (tail + bytes.toString()).slice(-tailSize);
		if (tail.includes("starting data transfer")) resolve();
		// socat calls the peer socket 2. After the peer's end it waits for ours, so give it that.
		if (tail.includes("socket 2 (fd") && /socket 2 \(fd \d+\) is at EOF/.test(tail)) exec.stream.end();
	});
	const place = `${address}:${port}`;
	const timer = setTimeout(() => reject(failed(place, "it does not answer")), connectLimitMs);
	exec.stream.once("close", () => reject(failed(place, reasonIn(tail))));
	void exec.started.then(async () => {
		const code = await exec.exitCode().catch(() => null);
		reject(failed(place, reasonIn(tail) || `the relay ended with status ${code}`));
	});
	try {
		await connected;
	} catch (error) {
		exec.kill();
		throw signal?.aborted ? abortError() : error;
	} finally {
		clearTimeout(timer);
	}
	return new ProcessSocket(Promise.resolve(exec), false);
}

function reasonIn(stderr: string): string {
	const line = stderr.split("\n").findLast((text) => / [EF] |refused|timed out|unreachable|bad address/i.test(text));
	return printable(line?.replace(/^.* [EF] /, "") ?? "", 300);
}

function failed(place: string, reason: string): HomerangeError {
	return new HomerangeError(
		"ENGINE_REFUSED",
		`No connection to ${place} inside the range: ${reason || "the relay ended"}.`,
		{
			place,
			remedy: "Look whether the machine runs and its service listens there.",
		},
	);
}
