import { describe, expect, it } from "vitest";
import type { ConsoleChannel } from "./console-channel.ts";
import { RfbChannel } from "./rfb-channel.ts";

function open() {
	const written: Uint8Array[] = [];
	const acked: number[] = [];
	const channel = new RfbChannel();
	channel.attach({
		write: (bytes: Uint8Array) => written.push(bytes.slice()),
		ack: (bytes: number) => acked.push(bytes),
		close: () => undefined,
	} as unknown as ConsoleChannel);
	return { channel, written, acked };
}

describe("RfbChannel", () => {
	it("has every property that noVNC asks of a raw channel", () => {
		const { channel } = open();
		for (const name of ["send", "close", "binaryType", "onerror", "onmessage", "onopen", "protocol", "readyState"]) {
			expect(name in channel).toBe(true);
		}
	});

	it("sends nothing before it is open", () => {
		const { channel, written } = open();
		channel.send(new Uint8Array([1]));
		expect(written).toEqual([]);
		channel.markOpen();
		channel.send(new Uint8Array([1, 2, 3]).subarray(1));
		expect(written).toEqual([new Uint8Array([2, 3])]);
	});

	it("hands over exactly the bytes of a view and acknowledges them", () => {
		const { channel, acked } = open();
		const seen: number[][] = [];
		channel.onmessage = ({ data }) => seen.push([...new Uint8Array(data)]);
		channel.receive(new Uint8Array([1, 2, 3, 4]).subarray(1, 3));
		expect(seen).toEqual([[2, 3]]);
		expect(acked).toEqual([2]);
	});

	it("closes once", () => {
		const { channel } = open();
		const ends: boolean[] = [];
		channel.onclose = ({ wasClean }) => ends.push(wasClean);
		channel.markClosed(false);
		channel.close();
		expect(ends).toEqual([false]);
	});
});
