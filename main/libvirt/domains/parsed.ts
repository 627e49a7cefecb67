import type { z } from "zod";
import { HomerangeError } from "../../../contract/errors.ts";

/** Checks a value at the border. Errors: `INPUT_INVALID` with the schema's first sentence and the value's place. */
export function parsed<T extends z.ZodType>(schema: T, value: unknown): z.output<T> {
	const result = schema.safeParse(value);
	if (result.success) return result.data;
	const [first] = result.error.issues;
	const path = first?.path.join(".") ?? "";
	throw new HomerangeError("INPUT_INVALID", path === "" ? `${first?.message}` : `${path}: ${first?.message}`, {
		place: path === "" ? null : path,
	});
}
