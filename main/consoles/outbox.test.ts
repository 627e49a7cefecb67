import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type ChannelFrame, channelFrameLimit, channelWindow } from "../../contract/consoles.ts";
import { Outbox } from "./outbox.ts";

class Client {
	readonly frames: ChannelFrame[] = [];
	unacknowledged = 0;
	drains = 0;
	readonly outbox = new Outbox(() => this.drains++);

	connect(): void {
		this.outbox.connect((frame) => {
			this.frames.push(frame);
			if (frame.type === "stdout" || frame.type === "stderr") this.unacknowledged += frame.bytes.length;
		});
	}

	get text(): string {
		return Buffer.concat(
			this.frames.map((frame) => ("bytes" in frame && typeof frame.bytes !== "number" ? frame.bytes : Buffer.alloc(0))),
		).toString();
	}
}

describe("the way to a client", () => {
	test("never has more than a window on it, and loses nothing", () => {
		fc.assert(
			fc.property(fc.array(fc.oneof(fc.nat(3 * channelWindow), fc.constant(-1)), { maxLength: 20 }), (steps) => {
				const client = new Client();
				client.connect();
				let pushed = 0;
				for (const step of steps) {
					if (step >= 0) {
						client.outbox.push("stdout", Buffer.alloc(step));
						pushed += step;
					} else {
						const bytes = client.unacknowledged;
						client.unacknowledged = 0;
						client.outbox.acknowledge(bytes);
					}
					expect(client.unacknowledged).toBeLessThanOrEqual(channelWindow);
				}
				while (client.unacknowledged > 0) {
					const bytes = client.unacknowledged;
					client.unacknowledged = 0;
					client.outbox.acknowledge(bytes);
				}
				const sizes = client.frames.map((frame) =>
					"bytes" in frame && typeof frame.bytes !== "number" ? frame.bytes.length : 0,
				);
				expect(sizes.reduce((sum, size) => sum + size, 0)).toBe(pushed);
				expect(Math.max(0, ...sizes)).toBeLessThanOrEqual(channelFrameLimit);
			}),
		);
	});

	test("is full at a window and tells when it is not any more", () => {
		const client = new Client();
		client.connect();
		client.outbox.push("stdout", Buffer.alloc(channelWindow));
		expect(client.outbox.isFull).toBe(true);
		client.outbox.acknowledge(1);
		expect([client.outbox.isFull, client.drains]).toEqual([false, 1]);
	});

	test("keeps everything until the client listens, in order", () => {
		const client = new Client();
		client.outbox.announce({ type: "opened", session: "s" });
		client.outbox.push("stdout", Buffer.from("hello"));
		client.outbox.finish({ type: "closed", exitCode: 0, error: null });
		client.connect();
		expect(client.frames.map(({ type }) => type)).toEqual(["opened", "stdout", "closed"]);
	});

	test("sends its last frame only after all bytes", async () => {
		const client = new Client();
		client.connect();
		client.outbox.push("stdout", Buffer.alloc(channelWindow + 1));
		client.outbox.finish({ type: "closed", exitCode: 1, error: null });
		expect(client.frames.at(-1)?.type).toBe("stdout");
		client.outbox.acknowledge(channelWindow);
		expect(client.frames.at(-1)).toEqual({ type: "closed", exitCode: 1, error: null });
		await client.outbox.closed;
	});

	test("lets its source go on when the client listens only after the first bytes", () => {
		const client = new Client();
		client.outbox.push("stdout", Buffer.from("early"));
		expect(client.outbox.isFull).toBe(true);
		client.connect();
		expect([client.text, client.drains, client.outbox.isFull]).toEqual(["early", 1, false]);
	});

	test("ignores acknowledgements that make no sense", () => {
		const client = new Client();
		client.connect();
		client.outbox.push("stdout", Buffer.alloc(channelWindow));
		for (const bytes of [-5, 0, Number.NaN, 0.5, Number.POSITIVE_INFINITY]) client.outbox.acknowledge(bytes);
		expect(client.outbox.isFull).toBe(true);
		client.outbox.acknowledge(channelWindow * 10);
		client.outbox.push("stdout", Buffer.alloc(channelWindow * 2));
		expect(client.unacknowledged).toBe(channelWindow * 2);
	});

	test("is silent after the client has gone", async () => {
		const client = new Client();
		client.connect();
		client.outbox.drop();
		client.outbox.push("stdout", Buffer.from("x"));
		client.outbox.finish({ type: "closed", exitCode: 0, error: null });
		expect(client.frames).toEqual([]);
		await client.outbox.closed;
	});
});
