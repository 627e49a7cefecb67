import { describe, expect, it } from "vitest";
import { type ChannelFrame, channelFrameLimit } from "../../contract/consoles.ts";
import { type ChannelEnd, type ChannelPort, ConsoleChannel } from "./console-channel.ts";

class Port implements ChannelPort {
	onmessage: ((event: MessageEvent<ChannelFrame>) => void) | null = null;
	readonly sent: ChannelFrame[] = [];
	isClosed = false;
	#onClose: (() => void)[] = [];

	addEventListener(_type: "close", listener: () => void): void {
		this.#onClose.push(listener);
	}
	postMessage(frame: ChannelFrame): void {
		this.sent.push(frame);
	}
	close(): void {
		this.isClosed = true;
	}
	receive(frame: ChannelFrame): void {
		this.onmessage?.({ data: frame } as MessageEvent<ChannelFrame>);
	}
	loseOtherEnd(): void {
		for (const listener of this.#onClose) listener();
	}
}

function open() {
	const port = new Port();
	const heard = { sessions: [] as (string | null)[], bytes: 0, ends: [] as ChannelEnd[] };
	const channel = new ConsoleChannel(port, {
		onOpened: (session) => heard.sessions.push(session),
		onBytes: (bytes) => {
			heard.bytes += bytes.length;
		},
		onEnd: (end) => heard.ends.push(end),
	});
	return { port, heard, channel };
}

describe("ConsoleChannel", () => {
	it("hears the session, both outputs and one end", () => {
		const { port, heard } = open();
		port.receive({ type: "opened", session: "s1" });
		port.receive({ type: "stdout", bytes: new Uint8Array(3) });
		port.receive({ type: "stderr", bytes: new Uint8Array(2) });
		port.receive({ type: "closed", exitCode: 7, error: null });
		port.loseOtherEnd();
		expect(heard).toEqual({ sessions: ["s1"], bytes: 5, ends: [{ exitCode: 7, error: null, isLost: false }] });
		expect(port.isClosed).toBe(true);
	});

	it("acknowledges only when told to, so that a slow reader holds the engine back", () => {
		const { port, channel } = open();
		port.receive({ type: "stdout", bytes: new Uint8Array(100) });
		expect(port.sent).toEqual([]);
		channel.ack(100);
		expect(port.sent).toEqual([{ type: "ack", bytes: 100 }]);
	});

	it("cuts a long paste into frames that the engine takes", () => {
		const { port, channel } = open();
		channel.write(new Uint8Array(channelFrameLimit + 10));
		expect(port.sent.map((frame) => (frame.type === "stdin" ? frame.bytes.length : 0))).toEqual([
			channelFrameLimit,
			10,
		]);
	});

	it("calls an end without a closed frame lost", () => {
		const { port, heard } = open();
		port.loseOtherEnd();
		expect(heard.ends).toEqual([{ exitCode: null, error: null, isLost: true }]);
	});

	it("is silent after it was closed", () => {
		const { port, heard, channel } = open();
		channel.close();
		port.receive({ type: "stdout", bytes: new Uint8Array(1) });
		port.loseOtherEnd();
		channel.write(new Uint8Array(1));
		expect(heard).toEqual({ sessions: [], bytes: 0, ends: [] });
		expect(port.sent).toEqual([]);
	});
});
