import { EventEmitter } from "node:events";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { MessagePortMain } from "electron";
import { afterEach, beforeEach, expect, test } from "vitest";
import type { CaptureReport } from "../contract/capture.ts";
import type { ChannelFrame } from "../contract/consoles.ts";
import { HomerangeError } from "../contract/errors.ts";
import { joinCapture } from "./capture-port.ts";
import type { ByteChannel } from "./channel-port.ts";

class Port extends EventEmitter {
	readonly posted: CaptureReport[] = [];
	postMessage(report: CaptureReport): void {
		this.posted.push(report);
		this.emit("posted", report.type);
	}
	start(): void {
		this.emit("started");
	}
	close(): void {
		this.emit("close");
	}
	whenPosted(type: CaptureReport["type"]): Promise<void> {
		return new Promise((resolve) => this.on("posted", (posted) => posted === type && resolve()));
	}
}

/** A capture that ends, with one more packet, when it is told to. */
class Capture implements ByteChannel {
	readonly closed = Promise.resolve();
	emit: (frame: ChannelFrame) => void = () => undefined;
	isClosed = false;
	onFrame(listener: (frame: ChannelFrame) => void): void {
		this.emit = listener;
		listener({ type: "opened", session: null });
	}
	send(frame: ChannelFrame): void {
		if (frame.type !== "stdinEnd") return;
		this.emit({ type: "stdout", bytes: Buffer.from("last") });
		this.emit({ type: "closed", exitCode: 0, error: null });
	}
	close(): void {
		this.isClosed = true;
	}
}

let folder: string;
let port: Port;
const asMain = (one: Port) => one as unknown as MessagePortMain;
beforeEach(() => {
	folder = mkdtempSync(join(tmpdir(), "homerange-capture-port-"));
	port = new Port();
});
afterEach(() => rmSync(folder, { recursive: true }));

test("a capture goes to the chosen file until the page stops it", async () => {
	const file = join(folder, "lan.pcap");
	const capture = new Capture();
	const started = port.whenPosted("started");
	const done = joinCapture(asMain(port), { chooseFile: async () => file, open: async () => capture });
	await started;
	capture.emit({ type: "stdout", bytes: Buffer.from("first ") });
	port.emit("message", { data: { type: "stop", file: "/elsewhere" } });
	port.emit("message", { data: { type: "stop" } });
	await done;
	expect(readFileSync(file, "utf8")).toBe("first last");
	expect(port.posted.map(({ type }) => type)).toEqual(["started", "progress", "ended"]);
	expect(port.posted.at(-1)).toEqual({ type: "ended", packets: 0, bytes: 10, error: null });
});

test("a page that goes away ends its capture, and the file is whole", async () => {
	const file = join(folder, "lan.pcap");
	const started = port.whenPosted("started");
	const done = joinCapture(asMain(port), { chooseFile: async () => file, open: async () => new Capture() });
	await started;
	port.close();
	await done;
	expect(readFileSync(file, "utf8")).toBe("last");
});

test("nothing is opened when the person cancels", async () => {
	const open = () => Promise.reject(new Error("opened"));
	await joinCapture(asMain(port), { chooseFile: async () => null, open });
	expect(port.posted).toEqual([{ type: "cancelled" }]);
});

test("a refused capture and a file that cannot be written are told", async () => {
	const refused = new HomerangeError("STATE_CONFLICT", "The range is stopped.");
	await joinCapture(asMain(port), { chooseFile: async () => "x", open: () => Promise.reject(refused) });
	expect(port.posted).toEqual([{ type: "ended", packets: 0, bytes: 0, error: refused.toInfo() }]);
	const capture = new Capture();
	const other = new Port();
	const chooseFile = async () => join(folder, "no", "such");
	await joinCapture(asMain(other), { chooseFile, open: async () => capture });
	expect(other.posted).toMatchObject([{ type: "ended", error: { code: "INPUT_INVALID" } }]);
	expect(capture.isClosed).toBe(true);
});
