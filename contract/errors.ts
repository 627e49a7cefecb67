import { z } from "zod";

/**
 * The catalogue of everything that can go wrong at a border. A code decides the
 * command line's exit status and how the window shows the error; the sentence
 * and the remedy are for the person.
 */
export const errorCodes = [
	"USAGE",
	"INPUT_INVALID",
	"BLUEPRINT_INVALID",
	"ENGINE_UNREACHABLE",
	"ENGINE_REFUSED",
	"PREFLIGHT_FAILED",
	"IMAGE_UNAVAILABLE",
	"RANGE_NOT_FOUND",
	"MACHINE_NOT_FOUND",
	"NETWORK_NOT_FOUND",
	"TASK_NOT_FOUND",
	"TEMPLATE_NOT_FOUND",
	"SNAPSHOT_NOT_FOUND",
	"IMAGE_NOT_FOUND",
	"CONSOLE_NOT_FOUND",
	"VM_NOT_FOUND",
	"HYPERVISOR_UNAVAILABLE",
	"NOT_OURS",
	"NAME_TAKEN",
	"IN_USE",
	"RANGE_BUSY",
	"STATE_CONFLICT",
	"ENGINE_LOCKED",
	"DISK_FULL",
	"TIMEOUT",
	"CANCELLED",
	"INTERRUPTED",
	"UNSUPPORTED",
	"FORBIDDEN",
	"INTERNAL",
] as const;

export const errorCode = z.enum(errorCodes);
export type ErrorCode = z.infer<typeof errorCode>;

/** An error as it crosses a border: never a stack, always a sentence. */
export const errorInfo = z.object({
	code: errorCode,
	/** What failed and why, one or two sentences. */
	message: z.string(),
	/** What the person can do about it; null when nothing helps. */
	remedy: z.string().nullable(),
	/** Where it failed, in the person's words: a file, a range, a machine, an engine. */
	place: z.string().nullable(),
	/** Longer evidence: log lines, an engine's own reply. Plain text, bounded. */
	detail: z.string().nullable(),
});
export type ErrorInfo = z.infer<typeof errorInfo>;

export interface ErrorOptions {
	remedy?: string | null;
	place?: string | null;
	detail?: string | null;
	cause?: unknown;
}

const detailLimit = 4000;

/** The one error class that the product throws on purpose. */
export class HomerangeError extends Error {
	readonly code: ErrorCode;
	readonly remedy: string | null;
	readonly place: string | null;
	readonly detail: string | null;

	constructor(code: ErrorCode, message: string, options: ErrorOptions = {}) {
		super(message, options.cause === undefined ? undefined : { cause: options.cause });
		this.name = "HomerangeError";
		this.code = code;
		this.remedy = options.remedy ?? null;
		this.place = options.place ?? null;
		this.detail = options.detail?.slice(0, detailLimit) ?? null;
	}

	toInfo(): ErrorInfo {
		const { code, message, remedy, place, detail } = this;
		return { code, message, remedy, place, detail };
	}

	static fromInfo(info: ErrorInfo): HomerangeError {
		return new HomerangeError(info.code, info.message, info);
	}
}

/** Gives any thrown value the shape that may cross a border. An abort becomes `CANCELLED`. */
export function toErrorInfo(error: unknown): ErrorInfo {
	if (error instanceof HomerangeError) return error.toInfo();
	if (error instanceof Error && error.name === "AbortError") {
		return new HomerangeError("CANCELLED", "The operation was cancelled.").toInfo();
	}
	const message = error instanceof Error ? error.message : String(error);
	return new HomerangeError("INTERNAL", message, {
		remedy: "Run the doctor, and report this with its output if it happens again.",
	}).toInfo();
}

/** Exit status of the command line for each code (0 done, 130 cancelled). */
export function exitStatus(code: ErrorCode): number {
	switch (code) {
		case "USAGE":
			return 2;
		case "INPUT_INVALID":
		case "BLUEPRINT_INVALID":
			return 3;
		case "ENGINE_UNREACHABLE":
		case "HYPERVISOR_UNAVAILABLE":
			return 4;
		case "RANGE_NOT_FOUND":
		case "MACHINE_NOT_FOUND":
		case "NETWORK_NOT_FOUND":
		case "TASK_NOT_FOUND":
		case "TEMPLATE_NOT_FOUND":
		case "SNAPSHOT_NOT_FOUND":
		case "IMAGE_NOT_FOUND":
		case "CONSOLE_NOT_FOUND":
		case "VM_NOT_FOUND":
			return 5;
		case "NOT_OURS":
		case "NAME_TAKEN":
		case "IN_USE":
		case "RANGE_BUSY":
		case "STATE_CONFLICT":
		case "ENGINE_LOCKED":
			return 6;
		case "CANCELLED":
			return 130;
		default:
			return 1;
	}
}
