import { HomerangeError } from "../../contract/errors.ts";
import { parseSize } from "../blueprint/quantities.ts";
import { plain } from "./terminal/text.ts";

/** Bytes of an option like 512MiB. Errors: `USAGE`. */
export function bytesOf(text: string): number {
	const bytes = parseSize(text);
	if (bytes !== null && bytes > 0) return bytes;
	throw new HomerangeError("USAGE", `${plain(text)} is not a size.`, { remedy: "Write it like 512MiB or 10GiB." });
}
