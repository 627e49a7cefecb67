import fc from "fast-check";
import { expect, test } from "vitest";
import { channelFrameLimit } from "../../contract/consoles.ts";
import { encodeFrame, FrameDecoder, type WireFrame } from "./frames.ts";

const bytes = fc.uint8Array({ maxLength: 300 });
const frame: fc.Arbitrary<WireFrame> = fc.oneof(
	fc.record({ type: fc.constantFrom("stdin", "stdout", "stderr"), bytes }),
	fc.constant<WireFrame>({ type: "stdinEnd" }),
	fc.record({ type: fc.constant("ack"), bytes: fc.nat() }),
	fc.record({ type: fc.constant("opened"), session: fc.option(fc.string()) }),
	fc.record({
		type: fc.constant("resize"),
		columns: fc.integer({ min: 1, max: 1000 }),
		rows: fc.integer({ min: 1, max: 1000 }),
	}),
	fc.record({ type: fc.constant("closed"), exitCode: fc.option(fc.integer()), error: fc.constant(null) }),
);

const plain = (value: WireFrame) =>
	"bytes" in value && typeof value.bytes !== "number" ? { ...value, bytes: [...value.bytes] } : value;

test("frames survive any cutting of the stream", () => {
	fc.assert(
		fc.property(fc.array(frame, { maxLength: 20 }), fc.array(fc.integer({ min: 1, max: 40 })), (frames, cuts) => {
			const stream = Buffer.concat(frames.map(encodeFrame));
			const decoder = new FrameDecoder();
			const decoded: WireFrame[] = [];
			let offset = 0;
			for (const cut of [...cuts, stream.length]) {
				decoded.push(...decoder.push(stream.subarray(offset, offset + cut)));
				offset += cut;
			}
			expect(decoder.isPartial).toBe(false);
			expect(decoded.map(plain)).toEqual(frames.map(plain));
		}),
	);
});

test("bytes beyond a frame's limit become several frames", () => {
	const long = Buffer.alloc(channelFrameLimit * 2 + 1, 7);
	const decoded = new FrameDecoder().push(encodeFrame({ type: "stdout", bytes: long }));
	expect(decoded.length).toBe(3);
	const joined = Buffer.concat(decoded.map((one) => (one.type === "stdout" ? one.bytes : new Uint8Array())));
	expect(joined.equals(long)).toBe(true);
});

test("arbitrary bytes are frames or are refused, and never anything else", () => {
	fc.assert(
		fc.property(fc.uint8Array({ maxLength: 200 }), (noise) => {
			try {
				new FrameDecoder().push(noise);
			} catch (error) {
				expect(error).toMatchObject({ code: "INPUT_INVALID" });
			}
		}),
	);
});

test("a length beyond the limit is refused before its payload comes", () => {
	const header = Buffer.from([2, 0xff, 0xff, 0xff, 0xff]);
	expect(() => new FrameDecoder().push(header)).toThrow(/4294967295 bytes/);
});
