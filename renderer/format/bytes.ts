import { formatBytes } from "../../contract/format-bytes.ts";
import type { Progress } from "../../contract/tasks.ts";

export { formatBytes };

/** "12 MiB of 64 MiB", "3 of 12", or only what is done while the total is unknown. */
export function formatProgress(progress: Progress): string {
	const show = progress.unit === "bytes" ? formatBytes : String;
	return progress.total === null ? show(progress.done) : `${show(progress.done)} of ${show(progress.total)}`;
}

/** The share that is done, 0 to 1; null while the total is unknown. */
export function progressShare(progress: Progress): number | null {
	if (progress.total === null || progress.total <= 0) return null;
	return Math.min(1, Math.max(0, progress.done / progress.total));
}
