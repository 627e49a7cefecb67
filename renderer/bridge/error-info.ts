import { ORPCError } from "@orpc/client";
import { type ErrorInfo, errorInfo, toErrorInfo } from "../../contract/errors.ts";

/** The error of a failed call as the contract gives it: code, sentence, remedy. */
export function errorInfoOf(error: unknown): ErrorInfo {
	if (error instanceof ORPCError) {
		const parsed = errorInfo.safeParse(error.data);
		if (parsed.success) return parsed.data;
		return {
			code: error.code === "BAD_REQUEST" ? "INPUT_INVALID" : "INTERNAL",
			message: error.message,
			remedy: null,
			place: null,
			detail: null,
		};
	}
	return toErrorInfo(error);
}
