import fc from "fast-check";
import { expect, test } from "vitest";
import { checksum, echoPacket } from "./echo-packet.ts";

test("an echo and its answer verify, and differ in their type only", () => {
	fc.assert(
		fc.property(fc.nat(100_000), (sequence) => {
			const { packet, answer } = echoPacket(sequence);
			const request = Buffer.from(
				packet
					.split("\\")
					.slice(1)
					.map((octal) => Number.parseInt(octal, 8)),
			);
			const reply = Buffer.from(answer, "hex");
			expect([checksum(request), checksum(reply)]).toEqual([0, 0]);
			expect([request[0], reply[0]]).toEqual([8, 0]);
			expect(request.subarray(4)).toEqual(reply.subarray(4));
		}),
	);
});
