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
