import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { FrameDemuxer } from "./frames.ts";

type Kind = "stdout" | "stderr";

function frame(type: number, payload: Uint8Array): Buffer {
	const header = Buffer.alloc(8);
	header[0] = type;
	header.writeUInt32BE(payload.length, 4);
	return Buffer.concat([header, payload]);
}

/** Cuts bytes into pieces at the given places. */
function cut(bytes: Buffer, places: number[]): Buffer[] {
	const at = [...new Set(places.map((place) => place % (bytes.length + 1)))].sort((a, b) => a - b);
	return [0, ...at].map((start, index) => bytes.subarray(start, at[index] ?? bytes.length));
}

function demux(pieces: Buffer[]): { stdout: Buffer; stderr: Buffer; isComplete: boolean } {
	const got: Record<Kind, Buffer[]> = { stdout: [], stderr: [] };
	const demuxer = new FrameDemuxer((kind, bytes) => got[kind].push(bytes));
	for (const piece of pieces) demuxer.push(piece);
	return { stdout: Buffer.concat(got.stdout), stderr: Buffer.concat(got.stderr), isComplete: demuxer.isComplete };
}

const frames = fc.array(fc.tuple(fc.constantFrom(0, 1, 2), fc.uint8Array({ maxLength: 300 })), { maxLength: 20 });

describe("the demuxer", () => {
	test("gives the same bytes however the stream was cut", () => {
		fc.assert(
			fc.property(frames, fc.array(fc.nat(), { maxLength: 60 }), (list, places) => {
				const stream = Buffer.concat(list.map(([type, payload]) => frame(type, payload)));
				const of = (isStderr: boolean) =>
					Buffer.concat(list.filter(([type]) => (type === 2) === isStderr).map(([, payload]) => payload));
				expect(demux(cut(stream, places))).toEqual({ stdout: of(false), stderr: of(true), isComplete: true });
			}),
		);
	});

	test("says that a stream cut inside a frame is not complete", () => {
		const stream = frame(1, Buffer.from("hello"));
		for (let length = 1; length < stream.length; length++) {
			expect(demux([stream.subarray(0, length)]).isComplete).toBe(false);
		}
	});

	test("hands on what has arrived of a frame that claims four gigabytes, and keeps nothing", () => {
		const header = Buffer.from([1, 0, 0, 0, 0xff, 0xff, 0xff, 0xff]);
		const seen: Buffer[] = [];
		const demuxer = new FrameDemuxer((_, bytes) => seen.push(bytes));
		const chunk = Buffer.alloc(1024);
		demuxer.push(header);
		demuxer.push(chunk);
		expect(seen[0]?.buffer).toBe(chunk.buffer);
		expect(seen[0]).toHaveLength(1024);
	});

	test.each([
		["an unknown type", [3, 0, 0, 0, 0, 0, 0, 1]],
		["padding that is not zero", [1, 0, 1, 0, 0, 0, 0, 1]],
		["a terminal's raw bytes", [...Buffer.from("root@web:/# ")]],
	])("refuses %s", (_, header) => {
		expect(() => demux([Buffer.from(header)])).toThrow(expect.objectContaining({ code: "ENGINE_REFUSED" }));
	});

	test("takes a stream of tiny frames in time that grows with its size only", () => {
		const stream = Buffer.concat(Array.from({ length: 20_000 }, () => frame(1, Buffer.from("x"))));
		let count = 0;
		new FrameDemuxer(() => count++).push(stream);
		expect(count).toBe(20_000);
	});
});
