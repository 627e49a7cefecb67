import { z } from "zod";
import { HomerangeError, toErrorInfo } from "../../contract/errors.ts";
import { enterProcess } from "../docker/enter-process.ts";
import { openRelay, type RelayPlace } from "../docker/relay.ts";
import type { Channel, ChannelTarget } from "./channel.ts";
import { feedInput } from "./inbox.ts";
import { Outbox } from "./outbox.ts";

/** The bytes of a machine's VNC server, relayed by a process in the range's DinD: no port is opened. */
export async function openVncChannel(target: ChannelTarget): Promise<Channel> {
	if (target.vncPort === null) {
		throw new HomerangeError("UNSUPPORTED", `The ${target.title} has no VNC console.`, {
			place: target.title,
			remedy: "Give it one in the blueprint: console: { vnc: 5900 }.",
		});
	}
	const relay = await openRelay(target.host, await placeOf(target), target.address, target.vncPort);
	const outbox = new Outbox(() => relay.resume());
	relay.on("data", (bytes: Buffer) => {
		outbox.push("stdout", bytes);
		if (outbox.isFull) relay.pause();
	});
	relay.once("end", () => outbox.finish({ type: "closed", exitCode: null, error: null }));
	relay.once("error", (error) => outbox.finish({ type: "closed", exitCode: null, error: toErrorInfo(error) }));
	relay.once("close", () => outbox.finish({ type: "closed", exitCode: null, error: null }));
	outbox.announce({ type: "opened", session: null });
	return {
		onFrame: (listener) => outbox.connect(listener),
		send(frame) {
			if (frame.type === "stdin") return feedInput(relay, frame.bytes);
			if (frame.type === "stdinEnd" && !relay.writableEnded) relay.end();
			if (frame.type === "ack") outbox.acknowledge(frame.bytes);
		},
		close() {
			outbox.drop();
			relay.destroy();
		},
		end(reason) {
			outbox.finish({ type: "closed", exitCode: null, error: reason });
			relay.destroy();
		},
		closed: outbox.closed,
	};
}

const containerAnswer = z.object({ State: z.object({ Pid: z.number().int().nonnegative() }) });

/** In the machine's own network namespace: behind a router machine there is no other that reaches it. */
async function placeOf({ inner, containerId, dind, title }: ChannelTarget): Promise<RelayPlace> {
	const { State: state } = containerAnswer.parse(await inner.api.getContainer(containerId).inspect());
	if (state.Pid === 0) {
		throw new HomerangeError("STATE_CONFLICT", `The ${title} does not run.`, {
			place: title,
			remedy: "Start it first.",
		});
	}
	return enterProcess(dind, state.Pid);
}
