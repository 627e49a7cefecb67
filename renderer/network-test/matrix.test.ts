import { expect, test } from "vitest";
import type { NetworkProbe } from "../../contract/network-test.ts";
import { matrixOf } from "./matrix.ts";

const probe = (
	from: string,
	to: string | null,
	name: string,
	wanted: NetworkProbe["wanted"],
	seen: NetworkProbe["seen"],
): NetworkProbe => ({
	from: { machine: from, network: "lan", ip: "10.0.1.1" },
	to: { machine: to, network: to === null ? "internet" : "lan", ip: "10.0.1.2" },
	probe: name,
	wanted,
	seen,
	note: null,
});

test("machines are rows and columns, and the internet is the last column", () => {
	const matrix = matrixOf([
		probe("a", "b", "icmp", "blocked", "blocked"),
		probe("a", "b", "80/tcp", "reaches", "reaches"),
		probe("a", null, "80/tcp", "blocked", "reaches"),
		probe("b", "a", "icmp", "reaches", "reaches"),
		probe("b", null, "80/tcp", "reaches", "unknown"),
	]);
	expect([matrix.rows, matrix.columns]).toEqual([
		["a", "b"],
		["a", "b", null],
	]);
	expect(matrix.cell("a", "a")).toBeNull();
	expect(matrix.cell("a", "b")).toMatchObject({ verdict: "right", seen: "partly", reached: ["80/tcp"] });
	expect(matrix.cell("a", null)).toMatchObject({ verdict: "wrong", seen: "reaches" });
	expect(matrix.cell("b", "a")).toMatchObject({ verdict: "right", seen: "reaches" });
	expect(matrix.cell("b", null)).toMatchObject({ verdict: "unknown", seen: "unknown" });
});

test("one wrong probe makes the cell wrong, also beside unknown ones", () => {
	const matrix = matrixOf([
		probe("a", "b", "icmp", "reaches", "blocked"),
		probe("a", "b", "80/tcp", "reaches", "unknown"),
	]);
	expect(matrix.cell("a", "b")).toMatchObject({ verdict: "wrong", seen: "blocked" });
});
