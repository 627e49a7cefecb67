import { HomerangeError } from "../../../contract/errors.ts";
import { printable } from "../../docker/api-errors.ts";

/** Bounds on what an archive may hold before it is refused. */
export interface ArchiveLimits {
	/** Files, folders and links. */
	readonly entries: number;
	/** Bytes when unpacked, layers included. */
	readonly bytes: number;
	/** Unpacked to packed; held against an archive only from `ratioFrom` bytes on. */
	readonly ratio: number;
	readonly ratioFrom: number;
}

export const archiveLimits: ArchiveLimits = {
	entries: 20_000,
	bytes: 512 * 1024 ** 3,
	// Sparse disks and zeroed databases reach a hundred; what is made to fill a disk reaches a thousand.
	ratio: 200,
	ratioFrom: 256 * 1024 ** 2,
};

/** An archive that is refused, in a sentence that names what in it is wrong. */
export function archiveInvalid(place: string, why: string): HomerangeError {
	return new HomerangeError("INPUT_INVALID", `${place} is refused: ${printable(why, 500)}.`, {
		place,
		remedy: "Make the archive anew, with docker save or as an OCI layout, and compare its checksum with its source's.",
	});
}

/** A foreign name in a sentence: short, in quotes, without control characters. */
export function quoted(name: string): string {
	return `"${printable(name, 100)}"`;
}
