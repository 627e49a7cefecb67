import { describe, expect, test } from "vitest";
import { negotiateApi } from "./api-version.ts";

const answer = (ApiVersion: string, MinAPIVersion?: string) => ({
	Version: "x",
	ApiVersion,
	...(MinAPIVersion ? { MinAPIVersion } : {}),
});

describe("the API version", () => {
	test.each([
		["of Docker 20.10", answer("1.41", "1.12"), "1.41"],
		["of Docker 26", answer("1.45", "1.24"), "1.45"],
		["of Docker 28", answer("1.51", "1.24"), "1.51"],
		["of Docker 29, whose oldest is 1.44", answer("1.52", "1.44"), "1.51"],
		["of an engine that does not say its oldest", answer("1.47"), "1.47"],
	])("%s", (_, engine, expected) => {
		expect(negotiateApi(engine, "host")).toBe(expected);
	});

	test.each([
		["too old", answer("1.40", "1.12")],
		["too new", answer("1.70", "1.60")],
	])("an engine that is %s is refused with a remedy", (what, engine) => {
		expect(() => negotiateApi(engine, "host")).toThrow(
			expect.objectContaining({
				code: "ENGINE_REFUSED",
				message: expect.stringContaining(what),
				remedy: expect.any(String),
			}),
		);
	});
});
