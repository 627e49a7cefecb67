import type { MessagePortMain } from "electron";
import { type CaptureReport, captureOrder } from "../contract/capture.ts";
import { toErrorInfo } from "../contract/errors.ts";
import { CaptureFile } from "../main/capture/capture-file.ts";
import { saveCapture } from "../main/capture/save-capture.ts";
import type { ByteChannel } from "./channel-port.ts";

const reportEveryMs = 250;

export interface CaptureWork {
	/** Asks the person; null when they cancel. */
	chooseFile(): Promise<string | null>;
	/** Opens the engine's channel of the capture. */
	open(): Promise<ByteChannel>;
}

/**
 * Writes a capture to the file that the person chooses, and tells the page how far it is. It ends when the page says
 * so, when the port closes (a reload), and when the range stops.
 */
export async function joinCapture(port: MessagePortMain, { chooseFile, open }: CaptureWork): Promise<void> {
	let isPortOpen = true;
	let stop: () => void = () => undefined;
	const stopped = new Promise<void>((resolve) => {
		stop = resolve;
	});
	port.on("close", () => {
		isPortOpen = false;
		stop();
	});
	port.on("message", ({ data }) => {
		if (captureOrder.safeParse(data).success) stop();
	});
	port.start();
	const report = (told: CaptureReport): void => {
		if (isPortOpen) port.postMessage(told);
	};
	try {
		const path = await chooseFile();
		if (path === null || !isPortOpen) return report({ type: "cancelled" });
		const channel = await open();
		report({ type: "ended", ...(await save(channel, path, report, stopped)) });
	} catch (error) {
		report({ type: "ended", packets: 0, bytes: 0, error: toErrorInfo(error) });
	} finally {
		if (isPortOpen) port.close();
	}
}

async function save(
	channel: ByteChannel,
	path: string,
	report: (told: CaptureReport) => void,
	stopped: Promise<void>,
): ReturnType<typeof saveCapture> {
	let file: CaptureFile;
	try {
		file = await CaptureFile.create(path);
	} catch (error) {
		channel.close();
		throw error;
	}
	report({ type: "started", file: path });
	void stopped.then(() => channel.send({ type: "stdinEnd" }));
	let reportedAt = 0;
	return await saveCapture(channel, file, ({ packets, bytes }) => {
		if (Date.now() - reportedAt < reportEveryMs) return;
		reportedAt = Date.now();
		report({ type: "progress", packets, bytes });
	});
}
