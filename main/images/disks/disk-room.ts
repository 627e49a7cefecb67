import { HomerangeError } from "../../../contract/errors.ts";
import { formatBytes } from "../../../contract/format-bytes.ts";
import { isNoSpace } from "../../docker/api-errors.ts";
import { spaceOf } from "../../docker/data-folder.ts";

/** Left free where the data folder is. */
export const reserveBytes = 1024 ** 3;

/** Errors: `DISK_FULL`, when what is to come does not fit. `what` begins the sentence. */
export async function refuseFullDisk(folder: string, needed: number, what: string): Promise<void> {
	const { freeBytes } = await spaceOf(folder);
	if (needed + reserveBytes <= freeBytes) return;
	throw new HomerangeError(
		"DISK_FULL",
		`${what} needs ${formatBytes(needed)}, and ${formatBytes(freeBytes)} are free where the data folder is.`,
		{ place: folder, remedy: "Free disk space there; 1 GiB is always left." },
	);
}

/** What a write threw, as `DISK_FULL` when that was why. "The disk became full while `meanwhile`." */
export function asDiskFull(error: unknown, meanwhile: string, place: string): unknown {
	if (!(error instanceof Error) || !isNoSpace(error.message)) {
		const code = error instanceof Error && "code" in error ? error.code : "";
		if (code !== "ENOSPC" && code !== "EDQUOT") return error;
	}
	return new HomerangeError("DISK_FULL", `The disk became full while ${meanwhile}.`, {
		place,
		remedy: "Free disk space where the data folder is.",
		cause: error,
	});
}
