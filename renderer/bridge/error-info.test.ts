import { ORPCError } from "@orpc/client";
import { describe, expect, it } from "vitest";
import { HomerangeError } from "../../contract/errors.ts";
import { errorInfoOf } from "./error-info.ts";

describe("errorInfoOf", () => {
	it("gives the contract's error as it came", () => {
		const info = new HomerangeError("NAME_TAKEN", "The name lab is taken.", { remedy: "Choose another." }).toInfo();
		expect(errorInfoOf(new ORPCError("NAME_TAKEN", { data: info }))).toEqual(info);
	});

	it("calls a request that the schema refused invalid input", () => {
		expect(errorInfoOf(new ORPCError("BAD_REQUEST", { message: "Input validation failed" }))).toMatchObject({
			code: "INPUT_INVALID",
			message: "Input validation failed",
		});
	});

	it("keeps the message of anything else", () => {
		expect(errorInfoOf(new Error("port closed")).message).toBe("port closed");
		expect(errorInfoOf("odd").message).toBe("odd");
	});
});
