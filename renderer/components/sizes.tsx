import { formatBytes } from "../format/bytes.ts";
import { strings } from "../strings.ts";

/** A size as what a thing takes up by itself, and what it shares with others. */
export function Sizes({ ownBytes, sharedBytes }: { ownBytes: number; sharedBytes: number }) {
	return <span>{strings.sizes.both(formatBytes(ownBytes), formatBytes(sharedBytes))}</span>;
}
