import type { ChannelRequest } from "../../contract/consoles.ts";
import { toErrorInfo } from "../../contract/errors.ts";
import { openLogs } from "../docker/logs.ts";
import type { Channel, ChannelTarget } from "./channel.ts";
import { Outbox } from "./outbox.ts";

type LogsRequest = Extract<ChannelRequest, { kind: "logs" }>;

/** A machine's output: its last lines, then, with `follow`, what comes until it stops. */
export async function openLogsChannel(target: ChannelTarget, request: LogsRequest): Promise<Channel> {
	const stop = new AbortController();
	const { follow, tail } = request;
	const outbox = new Outbox(() => logs.resume());
	const logs = await openLogs(
		target.inner,
		target.containerId,
		{ follow, tail },
		{
			onBytes(type, bytes) {
				outbox.push(type, bytes);
				if (outbox.isFull) logs.pause();
			},
			onEnd(error) {
				outbox.finish({ type: "closed", exitCode: null, error: error === null ? null : toErrorInfo(error) });
			},
		},
		stop.signal,
	);
	outbox.announce({ type: "opened", session: null });
	logs.resume();
	return {
		onFrame: (listener) => outbox.connect(listener),
		send(frame) {
			if (frame.type === "ack") outbox.acknowledge(frame.bytes);
		},
		close() {
			outbox.drop();
			stop.abort();
		},
		end(reason) {
			outbox.finish({ type: "closed", exitCode: null, error: reason });
			stop.abort();
		},
		closed: outbox.closed,
	};
}
