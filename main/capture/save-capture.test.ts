import { mkdtempSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import type { ChannelFrame } from "../../contract/consoles.ts";
import { CaptureFile } from "./capture-file.ts";
import { saveCapture } from "./save-capture.ts";

let folder: string;
beforeEach(() => {
	folder = mkdtempSync(join(tmpdir(), "homerange-capture-"));
});
afterEach(() => rmSync(folder, { recursive: true }));

/** A source that the test drives. */
function source() {
	const sent: ChannelFrame[] = [];
	let listener: (frame: ChannelFrame) => void = () => undefined;
	let isClosed = false;
	return {
		sent,
		get isClosed() {
			return isClosed;
		},
		push: (frame: ChannelFrame) => listener(frame),
		onFrame: (heard: typeof listener) => {
			listener = heard;
		},
		send: (frame: ChannelFrame) => {
			sent.push(frame);
		},
		close: () => {
			isClosed = true;
		},
	};
}

test("what comes is in the file, in order, and is acknowledged once it is written", async () => {
	const path = join(folder, "lan.pcap");
	const channel = source();
	const saved = saveCapture(channel, await CaptureFile.create(path), () => undefined);
	for (const text of ["one ", "two ", "three"]) channel.push({ type: "stdout", bytes: Buffer.from(text) });
	channel.push({ type: "closed", exitCode: 0, error: null });
	expect(await saved).toEqual({ packets: 0, bytes: 13, error: null });
	expect(readFileSync(path, "utf8")).toBe("one two three");
	expect(statSync(path).mode & 0o777).toBe(0o600);
	expect(channel.sent).toEqual([4, 4, 5].map((bytes) => ({ type: "ack", bytes })));
});

test("a place that cannot be written is said", async () => {
	await expect(CaptureFile.create(join(folder, "no", "such", "folder.pcap"))).rejects.toMatchObject({
		code: "INPUT_INVALID",
		message: expect.stringContaining("cannot be written"),
	});
});

test.runIf(process.platform === "linux")("a full disk ends the capture and is said", async () => {
	const channel = source();
	const saved = saveCapture(channel, await CaptureFile.create("/dev/full"), () => undefined);
	channel.push({ type: "stdout", bytes: Buffer.from("packet") });
	expect(await saved).toMatchObject({ bytes: 0, error: { code: "DISK_FULL" } });
	expect(channel.isClosed).toBe(true);
});
