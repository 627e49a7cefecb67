import { duplexPair, PassThrough } from "node:stream";
import { expect, test } from "vitest";
import { type ChannelFrame, channelWindow } from "../../../contract/consoles.ts";
import { HomerangeError } from "../../../contract/errors.ts";
import type { Channel } from "../../consoles/channel.ts";
import { pace } from "./pace.ts";
import { SerialLine } from "./serial-line.ts";

function openLine(before = "") {
	const [guest, stream] = duplexPair();
	const breaks: string[] = [];
	const line = new SerialLine(
		stream,
		{
			title: "VM test",
			rows: 1000,
			sendBreak: async () => void breaks.push("break"),
			reasonOfEnd: async () => new HomerangeError("STATE_CONFLICT", "The VM test stopped.").toInfo(),
		},
		Buffer.from(before),
	);
	return { guest, line, breaks };
}

/** Collects what a client sees, acknowledging it unless it is told not to. */
function look(channel: Channel, acknowledges = true) {
	const frames: ChannelFrame[] = [];
	let text = "";
	const waiting: { part: string; resolve: () => void }[] = [];
	channel.onFrame((frame) => {
		frames.push(frame);
		if (frame.type !== "stdout") return;
		text += Buffer.from(frame.bytes).toString();
		if (acknowledges) void channel.send({ type: "ack", bytes: frame.bytes.length });
		for (const { part, resolve } of waiting) if (text.includes(part)) resolve();
	});
	return {
		frames,
		text: () => text,
		until: (part: string) =>
			text.includes(part) ? Promise.resolve() : new Promise<void>((resolve) => waiting.push({ part, resolve })),
	};
}

test("a client that comes late is shown what came before it", async () => {
	const { guest, line } = openLine("from the log\n");
	const early = look(line.attach());
	guest.write("booting\n");
	await early.until("booting\n");
	const late = look(line.attach());
	guest.write("login: ");
	await Promise.all([early.until("login: "), late.until("login: ")]);
	expect(late.text()).toBe("from the log\nbooting\nlogin: ");
	expect(early.text()).toBe(late.text());
});

test("nothing is lost while no client looks", async () => {
	const { guest, line } = openLine();
	const first = line.attach();
	look(first);
	first.close();
	await new Promise<void>((resolve) => guest.write("alone\n", () => resolve()));
	await expect.poll(() => line.history().toString()).toBe("alone\n");
	expect(look(line.attach()).text()).toBe("alone\n");
});

test("a slow client holds the guest back and gets everything in the end", async () => {
	const { guest, line } = openLine();
	const channel = line.attach();
	const slow = look(channel, false);
	const flood = Buffer.alloc(channelWindow * 3, "x");
	const written = new Promise<void>((resolve) =>
		guest.write(Buffer.concat([flood, Buffer.from("end")]), () => resolve()),
	);
	await expect.poll(() => slow.text().length).toBe(channelWindow);
	while (!slow.text().endsWith("end")) {
		await channel.send({ type: "ack", bytes: channelWindow });
		await new Promise((resolve) => setImmediate(resolve));
	}
	await written;
	expect(slow.text().length).toBe(flood.length + 3);
});

test("a break reaches the line, and typing comes in order", async () => {
	const { guest, line, breaks } = openLine();
	const channel = line.attach();
	let typed = "";
	guest.on("data", (bytes: Buffer) => {
		typed += bytes.toString();
	});
	await Promise.all([
		channel.send({ type: "stdin", bytes: Buffer.from("a".repeat(200)) }),
		channel.send({ type: "stdin", bytes: Buffer.from("b") }),
		channel.send({ type: "break" }),
	]);
	await expect.poll(() => typed).toBe(`${"a".repeat(200)}b`);
	expect(breaks).toEqual(["break"]);
});

test("the end of the VM is told with its reason", async () => {
	const { guest, line } = openLine();
	const client = look(line.attach());
	guest.end();
	await line.over;
	expect(client.frames.at(-1)).toMatchObject({ type: "closed", error: { code: "STATE_CONFLICT" } });
	expect(line.isOver).toBe(true);
});

test("a paste goes in pieces and stops when the line is gone", async () => {
	const line = new PassThrough();
	const pieces: number[] = [];
	line.on("data", (bytes: Buffer) => {
		pieces.push(bytes.length);
		if (pieces.length === 3) line.destroy();
	});
	await pace(line, Buffer.alloc(10_000));
	expect(pieces).toEqual([64, 64, 64]);
});
