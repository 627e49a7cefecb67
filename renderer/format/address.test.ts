import { describe, expect, it } from "vitest";
import { compareAddresses, ipv4Number } from "./address.ts";

describe("addresses", () => {
	it("sort as numbers, not as text", () => {
		expect(["10.0.0.10", "10.0.0.9", "9.0.0.1"].sort(compareAddresses)).toEqual(["9.0.0.1", "10.0.0.9", "10.0.0.10"]);
	});

	it("come before anything that is not an address", () => {
		expect(["", "x", "10.0.0.1"].sort(compareAddresses)[0]).toBe("10.0.0.1");
	});

	it.each(["", "10.0.0", "10.0.0.256", "a.b.c.d", "1e1.0.0.1"])("%s is no IPv4 address", (text) => {
		expect(ipv4Number(text)).toBeNull();
	});
});
