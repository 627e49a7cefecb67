import { formatBytes } from "../../contract/format-bytes.ts";
import type { Usage } from "../../contract/usage.ts";

/** "12 %", "150 %" of one CPU; a dash while it is not known. */
export function formatCpus(cpus: number | null): string {
	return cpus === null ? "–" : `${Math.round(cpus * 100)} %`;
}

export function formatMemory({ memoryBytes }: Pick<Usage, "memoryBytes">): string {
	return memoryBytes === null ? "–" : formatBytes(memoryBytes);
}

/** Of a limit, 0 to 1. */
export function shareOf(value: number | null, limit: number): number {
	if (value === null || limit <= 0) return 0;
	return Math.min(1, Math.max(0, value / limit));
}
