import { HomerangeError } from "../../../contract/errors.ts";
import { printable } from "../../docker/api-errors.ts";

/** A disk that is refused, in a sentence that names what in it is wrong. */
export function diskInvalid(place: string, why: string, remedy?: string): HomerangeError {
	return new HomerangeError("INPUT_INVALID", `${place} is refused: ${printable(why, 600)}.`, {
		place,
		remedy: remedy ?? "Make it anew with qemu-img convert, and compare its checksum with its source's.",
	});
}

export const flattenRemedy =
	"Make one file of it where its other files are: qemu-img convert -O qcow2 THIS whole.qcow2. Then import that.";
