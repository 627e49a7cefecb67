import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { overlaps, parseCidr } from "./cidr.ts";
import { chooseOuterSubnet, chooseRootlessCidr } from "./outer-subnet.ts";

const pool = "172.30.0.0/16";

function mustParse(text: string) {
	const cidr = parseCidr(text);
	if (!cidr) throw new Error(`not a network: ${text}`);
	return cidr;
}

const anyCidr = fc
	.record({ address: fc.integer({ min: 0, max: 2 ** 32 - 1 }), prefix: fc.integer({ min: 8, max: 32 }) })
	.map(({ address, prefix }) => {
		const octets = [24, 16, 8, 0].map((shift) => Math.floor(address / 2 ** shift) % 256);
		return `${octets.join(".")}/${prefix}`;
	});
const inPool = fc
	.record({ third: fc.nat(255), fourth: fc.nat(255), prefix: fc.integer({ min: 17, max: 32 }) })
	.map(({ third, fourth, prefix }) => `172.30.${third}.${fourth}/${prefix}`);

describe("chooseOuterSubnet", () => {
	test("takes the first slice of an empty pool", () => {
		expect(chooseOuterSubnet({ pool, taken: [], avoid: [] })).toBe("172.30.0.0/28");
	});

	test("ignores a default route", () => {
		expect(chooseOuterSubnet({ pool, taken: ["0.0.0.0/0"], avoid: [] })).toBe("172.30.0.0/28");
	});

	test("steps over what is taken and over the blueprint's own networks", () => {
		expect(chooseOuterSubnet({ pool, taken: ["172.30.0.0/24"], avoid: ["172.30.1.0/28"] })).toBe("172.30.1.16/28");
	});

	test("says that the pool is used up", () => {
		expect(() => chooseOuterSubnet({ pool, taken: ["172.16.0.0/12"], avoid: [] })).toThrow(/No free \/28/);
	});

	test.each(["", "nonsense", "172.30.0.0/33", "256.0.0.0/8", "fd00::/8"])("refuses the pool %j", (bad) => {
		expect(() => chooseOuterSubnet({ pool: bad, taken: [], avoid: [] })).toThrow(/not an IPv4 network/);
	});

	test("gives a /28 of the pool that overlaps nothing, or says that there is none", () => {
		fc.assert(
			fc.property(
				fc.array(fc.oneof(anyCidr, inPool), { maxLength: 40 }),
				fc.array(inPool, { maxLength: 10 }),
				(taken, avoid) => {
					let chosen: string;
					try {
						chosen = chooseOuterSubnet({ pool, taken, avoid });
					} catch (error) {
						expect(error).toMatchObject({ code: "PREFLIGHT_FAILED" });
						return;
					}
					const slice = mustParse(chosen);
					expect(slice.prefix).toBe(28);
					expect(overlaps(slice, mustParse(pool))).toBe(true);
					for (const other of [...taken, ...avoid]) expect(overlaps(slice, mustParse(other))).toBe(false);
				},
			),
		);
	});

	test("places as many ranges as the pool holds, each somewhere else", () => {
		const taken: string[] = [];
		for (let n = 0; n < 16; n++) taken.push(chooseOuterSubnet({ pool: "172.30.0.0/24", taken, avoid: [] }));
		expect(new Set(taken).size).toBe(16);
		expect(() => chooseOuterSubnet({ pool: "172.30.0.0/24", taken, avoid: [] })).toThrow(/No free/);
	});
});

describe("chooseRootlessCidr", () => {
	test("avoids the blueprint's networks", () => {
		expect(chooseRootlessCidr(["10.0.2.0/24"])).toBe("198.18.255.0/24");
		expect(chooseRootlessCidr(["198.18.0.0/16"])).toBe("198.19.255.0/24");
	});

	test("says when nothing is left", () => {
		expect(() => chooseRootlessCidr(["0.0.0.0/0"])).toThrow(/no address room/);
	});
});
