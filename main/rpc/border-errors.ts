import { ORPCError, ValidationError } from "@orpc/server";
import { type ErrorInfo, errorInfo, HomerangeError, toErrorInfo } from "../../contract/errors.ts";
import type { Logger } from "../log.ts";

/** An error as the contract defines it; one that nobody foresaw is logged with its stack. */
export function asBorderError(error: unknown, procedure: string, log: Logger): ORPCError<string, ErrorInfo> {
	const info = refusedInput(error) ?? toErrorInfo(error);
	if (info.code === "INTERNAL") log.error({ error, procedure }, "a call failed in a way that nobody foresaw");
	return new ORPCError(info.code, { message: info.message, data: info, cause: error });
}

/** The client's side: the catalogue's error out of whatever a call threw. */
export function fromBorderError(error: unknown): unknown {
	if (!(error instanceof ORPCError)) return error;
	const parsed = errorInfo.safeParse(error.data);
	if (parsed.success) return HomerangeError.fromInfo(parsed.data);
	return new HomerangeError("INTERNAL", `The engine answered "${error.message}".`, { cause: error });
}

function refusedInput(error: unknown): ErrorInfo | null {
	if (!(error instanceof ORPCError) || error.code !== "BAD_REQUEST") return null;
	const issues = error.cause instanceof ValidationError ? error.cause.issues : [];
	const sentences = issues.map(({ path, message }) => {
		const place = path?.map((part) => String(typeof part === "object" ? part.key : part)).join(".");
		return place ? `${place}: ${message}` : message;
	});
	return new HomerangeError(
		"INPUT_INVALID",
		`The request is not valid: ${sentences.join("; ") || error.message}.`,
	).toInfo();
}
