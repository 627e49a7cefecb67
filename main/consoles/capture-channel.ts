import type { ChannelFrame, ChannelRequest } from "../../contract/consoles.ts";
import { type ErrorInfo, HomerangeError, toErrorInfo } from "../../contract/errors.ts";
import { isNotFound, printable } from "../docker/api-errors.ts";
import type { DockerEngine } from "../docker/engine.ts";
import { type ExecStream, openExec } from "../docker/exec.ts";
import { limited } from "../docker/limits.ts";
import type { RelayPlace } from "../docker/relay.ts";
import type { Channel } from "./channel.ts";
import { Outbox } from "./outbox.ts";

/** A network of a running range, as a capture needs it. */
export interface CaptureTarget {
	host: DockerEngine;
	dind: RelayPlace;
	/** Its bridge in the range's namespace: a name that we gave. */
	bridge: string;
	/** "network lan of range shop-1", for messages. */
	title: string;
}

type CaptureRequest = Extract<ChannelRequest, { kind: "capture" }>;

/**
 * Arguments: bridge, then the filter, or nothing. tcpdump ends when our side of stdin does: that stops it in
 * order, after its last packet, and it goes as well when this process dies without a word. The `read` is a
 * builtin, so no process of it can stay behind.
 *
 * Packets are written one by one (-U) and handed over at once (--immediate-mode), so that a capture that is
 * stopped holds what was seen up to then; that mode needs the larger buffer (-B, KiB) for a burst.
 */
const script = `
command -v tcpdump >/dev/null 2>&1 || exit 127
exec 3<&0
bridge=$1; shift
tcpdump -i "$bridge" -n -U --immediate-mode -B 16384 -s 262144 -w - -- "$@" </dev/null &
tcpdump=$!
( read -r _ <&3; kill -TERM $tcpdump ) 2>/dev/null &
waiting=$!
wait $tcpdump
status=$?
kill $waiting 2>/dev/null
exit $status`;

const startLimitMs = 20_000;
const stopLimitMs = 5000;
const tailSize = 8192;
const listening = /^tcpdump: listening on /m;
const filterRefused =
	/syntax error|can't parse|illegal |unknown (host|port|network|protocol)|expression|not supported/i;

/** The packets of a network as a pcap stream, until the client or the range goes. `stdinEnd` ends it in order. */
export async function openCaptureChannel(target: CaptureTarget, request: CaptureRequest): Promise<Channel> {
	const { dind, host, bridge } = target;
	const filter = request.filter?.trim() ?? "";
	const command = dind.enterNetns(["sh", "-c", script, "homerange-capture", bridge, ...(filter ? [filter] : [])]);
	const exec = await openExec(host, dind.container, { command, killable: true });
	const { stream } = exec;
	const outbox = new Outbox(() => stream.resume());
	stream.on("data", (bytes: Buffer) => {
		outbox.push("stdout", bytes);
		if (outbox.isFull) stream.pause();
	});
	const told = await untilListening(exec, target);
	outbox.announce({ type: "opened", session: null });
	void finishAtEnd(target, exec, outbox, told);
	let isStopped = false;
	const stop = () => {
		if (isStopped) return;
		isStopped = true;
		stream.end();
		setTimeout(() => exec.kill(), stopLimitMs).unref();
	};
	return {
		onFrame: (listener) => outbox.connect(listener),
		send(frame: ChannelFrame) {
			if (frame.type === "stdinEnd") stop();
			if (frame.type === "ack") outbox.acknowledge(frame.bytes);
		},
		close() {
			outbox.drop();
			exec.kill();
		},
		end(reason) {
			outbox.finish({ type: "closed", exitCode: null, error: reason });
			exec.kill();
		},
		closed: outbox.closed,
	};
}

/** Waits until packets are seen from now on. Gives what tcpdump goes on to say; throws why there is no capture. */
async function untilListening(exec: ExecStream, target: CaptureTarget): Promise<() => string> {
	let tail = "";
	const { promise: heard, resolve: hear } = Promise.withResolvers<void>();
	exec.stderr.on("data", (bytes: Buffer) => {
		tail = (tail + bytes.toString("latin1")).slice(-tailSize);
		if (listening.test(tail)) hear();
	});
	const ended = exec.exitCode();
	const timer = setTimeout(hear, startLimitMs);
	try {
		await Promise.race([heard, ended]);
	} finally {
		clearTimeout(timer);
	}
	if (listening.test(tail)) {
		// From here on the end is awaited by who reads the stream.
		ended.catch(() => undefined);
		return () => tail;
	}
	exec.kill();
	throw refusal(await ended.catch(() => null), tail, target);
}

function refusal(exitCode: number | null, said: string, { title }: CaptureTarget): HomerangeError {
	const reason = lastLine(said);
	if (exitCode === 127) {
		return new HomerangeError("UNSUPPORTED", "The range's container has no tcpdump, so it cannot capture packets.", {
			place: title,
			remedy: "Choose Homerange's own DinD image in the settings and deploy the range again.",
		});
	}
	if (filterRefused.test(reason)) {
		return new HomerangeError("INPUT_INVALID", `The filter was refused: ${reason}.`, {
			place: title,
			remedy: "Write it as in pcap-filter(7), for example: tcp port 80 and host 10.0.1.10.",
		});
	}
	return new HomerangeError("ENGINE_REFUSED", `The ${title} cannot be captured: ${reason || "tcpdump ended"}.`, {
		place: title,
		remedy: "Look whether the range runs, then try again.",
	});
}

function lastLine(said: string): string {
	const line = said.trim().split("\n").at(-1) ?? "";
	return printable(line.replace(/^tcpdump: /, "").replace(/\.$/, ""), 300);
}

async function finishAtEnd(target: CaptureTarget, exec: ExecStream, outbox: Outbox, told: () => string): Promise<void> {
	try {
		await new Promise<void>((resolve) => exec.stream.once("end", resolve).once("close", resolve));
		const exitCode = await exec.exitCode();
		const error = exitCode === 0 ? null : await reasonOfEnd(target, told());
		outbox.finish({ type: "closed", exitCode, error });
	} catch (error) {
		outbox.finish({ type: "closed", exitCode: null, error: toErrorInfo(error) });
	}
}

/** A capture that nobody stopped ended with its range, or with its network. */
async function reasonOfEnd({ host, dind, title }: CaptureTarget, said: string): Promise<ErrorInfo> {
	const container = host.api.getContainer(dind.container);
	const stopped = new HomerangeError("STATE_CONFLICT", `The capture ended: the range of the ${title} stopped.`, {
		place: title,
		remedy: "Start the range and capture again.",
	}).toInfo();
	const limit = limited(stopLimitMs);
	try {
		const wait: object = { condition: "not-running", abortSignal: limit };
		await container.wait(wait);
		return stopped;
	} catch (error) {
		if (isNotFound(error)) return stopped;
		if (!limit.aborted) throw error;
	}
	return new HomerangeError("ENGINE_REFUSED", `The capture of the ${title} ended: ${lastLine(said)}.`, {
		place: title,
		remedy: "Capture again.",
	}).toInfo();
}
