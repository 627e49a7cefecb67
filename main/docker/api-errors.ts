import { HomerangeError } from "../../contract/errors.ts";

const messageLimit = 2000;

/** An engine's refusal: `statusCode` is the HTTP status, the message is the engine's own, made safe to show. */
export class DockerApiError extends HomerangeError {
	readonly statusCode: number;

	constructor(statusCode: number, message: string, place: string) {
		const text = printable(message);
		const full = isNoSpace(text);
		super(full ? "DISK_FULL" : "ENGINE_REFUSED", text, {
			place,
			remedy: full ? diskFullRemedy : null,
		});
		this.name = "DockerApiError";
		this.statusCode = statusCode;
	}
}

export const diskFullRemedy =
	"Free disk space where the Docker Engine keeps its data (docker system df shows what uses it), or destroy ranges you no longer need.";

export function hasStatus(error: unknown, ...statusCodes: number[]): boolean {
	return error instanceof DockerApiError && statusCodes.includes(error.statusCode);
}

export function isNotFound(error: unknown): boolean {
	return hasStatus(error, 404);
}

export function isNoSpace(message: string): boolean {
	return /no space left on device|disk quota exceeded/i.test(message);
}

/**
 * An engine's text without control characters, without marks that reorder what is read, and of bounded length: an
 * inner engine may be hostile.
 */
export function printable(text: string, limit = messageLimit): string {
	// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is removed
	const plain = text.slice(0, limit * 4).replace(/\x1b\[[0-9;?]*[ -/]*[@-~]|[\x00-\x08\x0b-\x1f\x7f-\x9f]/g, "");
	return plain
		.replace(/\p{Bidi_Control}|[\u2028\u2029]/gu, "")
		.trim()
		.slice(0, limit);
}

/** What a failed connection to an engine becomes. An abort stays what it is. */
export function unreachable(label: string, cause: unknown): Error {
	if (cause instanceof HomerangeError) return cause;
	if (cause instanceof Error && cause.name === "AbortError") return cause;
	const reason = cause instanceof Error ? cause.message || ("code" in cause ? String(cause.code) : "") : String(cause);
	return new HomerangeError(
		"ENGINE_UNREACHABLE",
		`The Docker Engine (${label}) does not answer: ${printable(reason)}.`,
		{
			place: label,
			remedy:
				label === "host"
					? "Start Docker and run the doctor: it lists every place that was looked at."
					: "Look whether the range's container still runs; starting the range again reconnects.",
			cause,
		},
	);
}
