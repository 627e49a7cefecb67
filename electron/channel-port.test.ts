import { EventEmitter } from "node:events";
import type { MessagePortMain } from "electron";
import { expect, test, vi } from "vitest";
import type { ChannelFrame } from "../contract/consoles.ts";
import { HomerangeError } from "../contract/errors.ts";
import { type ByteChannel, joinChannel } from "./channel-port.ts";

/** Electron's port from the shell's side: an emitter that keeps what is posted to the page. */
class Port extends EventEmitter {
	readonly posted: ChannelFrame[] = [];
	isClosed = false;
	postMessage(frame: ChannelFrame): void {
		this.posted.push(frame);
	}
	start(): void {
		this.emit("started");
	}
	close(): void {
		if (this.isClosed) return;
		this.isClosed = true;
		this.emit("close");
	}
	fromPage(data: unknown): void {
		this.emit("message", { data });
	}
}

class OpenChannel implements ByteChannel {
	readonly sent: ChannelFrame[] = [];
	readonly #end = Promise.withResolvers<void>();
	readonly closed = this.#end.promise;
	closes = 0;
	emit: (frame: ChannelFrame) => void = () => undefined;
	send(frame: ChannelFrame): void | Promise<void> {
		this.sent.push(frame);
	}
	onFrame(listener: (frame: ChannelFrame) => void): void {
		this.emit = listener;
	}
	close(): void {
		this.closes++;
		this.#end.resolve();
	}
}

function join(opening: Promise<ByteChannel>) {
	const port = new Port();
	const done = joinChannel(port as unknown as MessagePortMain, opening);
	return { port, done, started: new Promise<void>((resolve) => port.once("started", resolve)) };
}

test("carries frames both ways until the channel ends, then closes the port", async () => {
	const channel = new OpenChannel();
	const { port, done, started } = join(Promise.resolve(channel));
	await started;
	channel.emit({ type: "opened", session: null });
	port.fromPage({ type: "resize", columns: 100, rows: 30 });
	port.fromPage({ type: "stdinEnd" });
	await vi.waitFor(() =>
		expect(channel.sent).toEqual([{ type: "resize", columns: 100, rows: 30 }, { type: "stdinEnd" }]),
	);
	channel.emit({ type: "closed", exitCode: 0, error: null });
	channel.close();
	await done;
	expect(port.posted.map((frame) => frame.type)).toEqual(["opened", "closed"]);
	expect(port.isClosed).toBe(true);
});

test("sends the page no memory beside the bytes that are meant for it", async () => {
	const channel = new OpenChannel();
	const { port, started } = join(Promise.resolve(channel));
	await started;
	const pool = new Uint8Array(1000).fill(7);
	channel.emit({ type: "stdout", bytes: pool.subarray(10, 13) });
	const [frame] = port.posted;
	expect(frame).toMatchObject({ type: "stdout", bytes: new Uint8Array([7, 7, 7]) });
	expect(frame?.type === "stdout" && frame.bytes.buffer.byteLength).toBe(3);
});

test("waits for a channel that takes its time, in order", async () => {
	const channel = new OpenChannel();
	const first = Promise.withResolvers<void>();
	const order: string[] = [];
	channel.send = async (frame) => {
		order.push(`begin ${frame.type}`);
		if (frame.type === "stdin") await first.promise;
		order.push(`end ${frame.type}`);
	};
	const { port, started } = join(Promise.resolve(channel));
	await started;
	port.fromPage({ type: "stdin", bytes: new Uint8Array(1) });
	port.fromPage({ type: "stdinEnd" });
	await vi.waitFor(() => expect(order).toEqual(["begin stdin"]));
	first.resolve();
	await vi.waitFor(() => expect(order).toEqual(["begin stdin", "end stdin", "begin stdinEnd", "end stdinEnd"]));
});

test("closes the channel when the page lets go of its port, also while the channel is being opened", async () => {
	const open = new OpenChannel();
	const joined = join(Promise.resolve(open));
	await joined.started;
	joined.port.close();
	await joined.done;
	expect(open.closes).toBe(1);

	const late = new OpenChannel();
	const opening = Promise.withResolvers<ByteChannel>();
	const left = join(opening.promise);
	left.port.close();
	opening.resolve(late);
	await left.done;
	expect(late.closes).toBe(1);
});

test("tells the page why there is no channel", async () => {
	const { port, done } = join(Promise.reject(new HomerangeError("MACHINE_NOT_FOUND", "There is no machine a.")));
	await done;
	expect(port.posted).toMatchObject([{ type: "closed", exitCode: null, error: { code: "MACHINE_NOT_FOUND" } }]);
	expect(port.isClosed).toBe(true);
});

test.each([
	["a frame of the engine's side", { type: "stdout", bytes: new Uint8Array(1) }],
	["an unknown key", { type: "stdinEnd", more: 1 }],
	["text in place of bytes", { type: "stdin", bytes: "ls" }],
	["too many bytes", { type: "stdin", bytes: new Uint8Array(256 * 1024 + 1) }],
	["a negative acknowledgement", { type: "ack", bytes: -1 }],
	["no columns", { type: "resize", columns: 0, rows: 10 }],
	["no object", "stdinEnd"],
])("ends the console at %s", async (_name, frame) => {
	const channel = new OpenChannel();
	const { port, done, started } = join(Promise.resolve(channel));
	await started;
	port.fromPage(frame);
	await done;
	expect(channel.sent).toEqual([]);
	expect(port.posted).toMatchObject([{ type: "closed", error: { code: "INPUT_INVALID" } }]);
});
