import type { Progress } from "../../contract/tasks.ts";

const units = ["B", "KiB", "MiB", "GiB", "TiB"] as const;

/** A size for people, in binary units like the blueprint's: "512 MiB", "1.4 GiB". */
export function formatBytes(bytes: number): string {
	let value = Math.max(0, bytes);
	let unit = 0;
	while (value >= 1024 && unit < units.length - 1) {
		value /= 1024;
		unit += 1;
	}
	const digits = unit === 0 || value >= 100 || Number.isInteger(value) ? 0 : 1;
	return `${value.toFixed(digits)} ${units[unit]}`;
}

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
