import { HomerangeError } from "../../contract/errors.ts";
import { diskFullRemedy, printable } from "../docker/api-errors.ts";

/** The error for a bundle that is not what it should be. */
export function damaged(file: string, why: string, detail?: string): HomerangeError {
	return new HomerangeError("INPUT_INVALID", `The bundle ${file} is refused: ${printable(why, 500)}.`, {
		place: file,
		remedy: "Copy it again from where it was made, or make it again. Nothing was changed.",
		...(detail === undefined ? {} : { detail: printable(detail) }),
	});
}

/** The file system's errors in the catalogue's words; others as they are. */
export function fileError(error: unknown, file: string): unknown {
	if (!(error instanceof Error) || error instanceof HomerangeError || !("code" in error)) return error;
	const { code } = error;
	if (code === "ENOSPC" || code === "EDQUOT") {
		return new HomerangeError("DISK_FULL", `There is no space left for ${file}.`, {
			place: file,
			remedy: diskFullRemedy,
		});
	}
	const why: Readonly<Record<string, string>> = {
		ENOENT: "its folder does not exist",
		ENOTDIR: "its folder does not exist",
		EACCES: "this user may not write there",
		EPERM: "this user may not write there",
		EROFS: "the disk is read-only",
		EISDIR: "it is a folder",
		ENAMETOOLONG: "its name is too long",
		EFBIG: "its disk takes no file of that size",
	};
	if (typeof code !== "string" || why[code] === undefined) return error;
	return new HomerangeError("INPUT_INVALID", `The file ${file} cannot be written: ${why[code]}.`, {
		place: file,
		remedy: "Choose another place.",
		cause: error,
	});
}
