import { ipcMain, type MessagePortMain, type WebContents } from "electron";
import type { z } from "zod";
import { HomerangeError } from "../contract/errors.ts";
import { isTrustedFrame } from "./origin.ts";

/**
 * The only file that touches ipcMain. Every message passes two gates: its sender
 * is the top frame of our own page, and its payload has exactly the schema's shape.
 */

interface Incoming {
	readonly sender: WebContents;
	readonly senderFrame: Electron.WebFrameMain | null;
}

function check<T>(channel: string, event: Incoming, schema: z.ZodType<T>, payload: unknown): T {
	if (!isTrustedFrame(event.senderFrame)) {
		const from = event.senderFrame?.origin ?? "a frame that is gone";
		throw new HomerangeError("FORBIDDEN", `${channel} was refused: it came from ${from}.`);
	}
	const parsed = schema.safeParse(payload);
	if (!parsed.success) throw new HomerangeError("INPUT_INVALID", `${channel} was refused: its payload is malformed.`);
	return parsed.data;
}

/** Answers a question of the page. A refusal rejects there. */
export function answer<T, R>(
	channel: string,
	schema: z.ZodType<T>,
	work: (payload: T, page: WebContents) => Promise<R>,
): void {
	ipcMain.handle(channel, (event, payload: unknown) => work(check(channel, event, schema, payload), event.sender));
}

/** Takes a message that has no answer. A refusal is told to the log only: nobody waits for it. */
export function listen<T>(channel: string, schema: z.ZodType<T>, work: (payload: T, page: WebContents) => void): void {
	ipcMain.on(channel, (event, payload: unknown) => {
		const accepted = orRefuse(() => check(channel, event, schema, payload));
		if (accepted !== null) work(accepted.value, event.sender);
	});
}

/** Takes a port that the page transfers. A refused port is closed, which the page sees. */
export function listenForPort<T>(
	channel: string,
	schema: z.ZodType<T>,
	work: (payload: T, port: MessagePortMain, page: WebContents) => void,
	refuse: (port: MessagePortMain, error: HomerangeError) => void,
): void {
	ipcMain.on(channel, (event, payload: unknown) => {
		const [port, ...surplus] = event.ports;
		for (const other of surplus) other.close();
		if (port === undefined) return;
		try {
			work(check(channel, event, schema, payload), port, event.sender);
		} catch (error) {
			if (!(error instanceof HomerangeError)) throw error;
			console.warn(error.message);
			refuse(port, error);
		}
	});
}

function orRefuse<T>(work: () => T): { value: T } | null {
	try {
		return { value: work() };
	} catch (error) {
		if (!(error instanceof HomerangeError)) throw error;
		console.warn(error.message);
		return null;
	}
}
