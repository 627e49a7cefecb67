import { type ErrorInfo, exitStatus, toErrorInfo } from "../../../contract/errors.ts";
import { say } from "./print.ts";
import { plain, plainLines, styled } from "./text.ts";

/** Tells on stderr what failed, where and what to do; gives the exit status. */
export function reportError(error: unknown): number {
	const info = toErrorInfo(error);
	sayError(info);
	if (info.code === "INTERNAL" && process.env.HOMERANGE_DEBUG && error instanceof Error) say(error.stack ?? "");
	return exitStatus(info.code);
}

export function sayError(info: ErrorInfo): void {
	say(`${styled("red", "homerange:", process.stderr)} ${plain(info.message)}`);
	if (info.place !== null) say(`  where: ${plain(info.place)}`);
	if (info.remedy !== null) say(`  what to do: ${plain(info.remedy)}`);
	if (info.detail !== null) say(plainLines(info.detail).replaceAll(/^/gm, "  | "));
}
