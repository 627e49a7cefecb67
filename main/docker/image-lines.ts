import type { Readable } from "node:stream";
import { z } from "zod";
import { type ErrorCode, HomerangeError } from "../../contract/errors.ts";
import { diskFullRemedy, isNoSpace, printable } from "./api-errors.ts";
import { readJsonLines } from "./json-lines.ts";

/** A line of the streams that pull and load answer with. */
const line = z.object({
	status: z.string().optional(),
	stream: z.string().optional(),
	id: z.string().optional(),
	progressDetail: z.object({ current: z.number().optional(), total: z.number().optional() }).nullish(),
	error: z.string().optional(),
	errorDetail: z.object({ message: z.string().optional() }).nullish(),
});
export type ImageLine = z.infer<typeof line>;

const tailLines = 20;

/**
 * Reads such an answer to its end. The status of the answer is 200 whatever happens: errors are lines, and a
 * containerd store reports a failed unpacking as plain text ("Error unpacking image …").
 */
export async function readImageLines(
	stream: Readable,
	failure: { code: ErrorCode; message: string; remedy: string; place: string },
	onLine: (line: ImageLine) => void,
): Promise<void> {
	const tail: string[] = [];
	await readJsonLines(stream, (value) => {
		const parsed = line.safeParse(value);
		if (!parsed.success) return;
		const { error, errorDetail, stream: text, status } = parsed.data;
		const said = text ?? status;
		if (said) tail.push(printable(said, 200));
		if (tail.length > tailLines) tail.shift();
		const problem = errorDetail?.message ?? error ?? (text?.includes("Error unpacking") ? text : undefined);
		if (problem === undefined) onLine(parsed.data);
		else throw imageError(problem, failure, tail);
	});
}

function imageError(
	problem: string,
	failure: { code: ErrorCode; message: string; remedy: string; place: string },
	tail: string[],
): HomerangeError {
	const reason = printable(problem, 500);
	const full = isNoSpace(reason);
	return new HomerangeError(full ? "DISK_FULL" : failure.code, `${failure.message}: ${reason}`, {
		remedy: full ? diskFullRemedy : failure.remedy,
		place: failure.place,
		detail: tail.join("\n"),
	});
}
