import { describe, expect, it } from "vitest";
import { goldenPackets } from "../testing/golden-packets.ts";
import { understand } from "../testing/understand-packet.ts";

describe("what virsh and libvirtd say", () => {
	it.each(goldenPackets)("is understood and written in the same bytes: $name", (golden) => {
		const payload = Buffer.from(golden.payload, "hex");
		const { name, again } = understand({ ...golden, serial: 1, payload });
		expect(name).not.toBeNull();
		if (again) expect(again.toString("hex")).toBe(golden.payload);
	});

	it("means what it says", () => {
		const meaningOf = (name: string): unknown => {
			const golden = goldenPackets.find((packet) => packet.name === name);
			return golden && understand({ ...golden, serial: 1, payload: Buffer.from(golden.payload, "hex") }).value;
		};
		const domain = { name: "test", uuid: "6695eb01-f6a4-8304-79aa-97f2502e193f", id: 1 };
		expect(meaningOf("DOMAIN_LOOKUP_BY_NAME, daemon")).toEqual({ domain });
		expect(meaningOf("NODE_GET_INFO, daemon")).toMatchObject({
			model: "i686",
			memoryKiB: 3_145_728,
			cpus: 16,
			threads: 2,
		});
		expect(meaningOf("error of DOMAIN_LOOKUP_BY_NAME, daemon")).toMatchObject({
			code: 42,
			message: "Domain not found",
		});
		expect(meaningOf("domain lifecycle, daemon event")).toMatchObject({ domain: { name: "test" }, event: 3 });
	});
});
