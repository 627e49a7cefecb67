import { describe, expect, test } from "vitest";
import { compileHostWall } from "./host-wall.ts";

const base = { rangeId: "a2b3c4d5e6f7g8h9i0j1", image: "homerange/dind:28", forbidden: ["203.0.113.0/24"] };

describe("compileHostWall", () => {
	test("lets nothing out for a range without internet", async () => {
		const rules = compileHostWall({ ...base, hasInternet: false, resolvers: ["192.168.1.1"] });
		await expect(rules).toMatchFileSnapshot("golden/wall-closed.rules");
	});

	test("lets the internet through, and of the private world only the host's name servers", async () => {
		const rules = compileHostWall({ ...base, hasInternet: true, resolvers: ["192.168.1.1"] });
		await expect(rules).toMatchFileSnapshot("golden/wall-internet.rules");
	});

	test("an id never reaches the rules as it is", () => {
		const rules = compileHostWall({ ...base, rangeId: "x\n-A INPUT -j ACCEPT", hasInternet: false, resolvers: [] });
		expect(rules).not.toContain("INPUT");
	});

	test("refuses a forbidden network or a name server that is none", () => {
		expect(() => compileHostWall({ ...base, forbidden: ["x -j ACCEPT"], hasInternet: true, resolvers: [] })).toThrow();
		expect(() => compileHostWall({ ...base, hasInternet: true, resolvers: ["-j ACCEPT"] })).toThrow();
	});
});
