const sizeUnits = { B: 1, KiB: 1024, MiB: 1024 ** 2, GiB: 1024 ** 3, TiB: 1024 ** 4 } as const;
const durationUnits = { ms: 1, s: 1000, m: 60_000 } as const;

export const sizePattern = /^\d{1,16}(\.\d{1,6})? ?(B|KiB|MiB|GiB|TiB)$/;
export const durationPattern = /^\d{1,9}(\.\d{1,6})? ?(ms|s|m)$/;

/** Bytes of "512MiB", a whole number; null when it is no size or larger than a number can hold. */
export function parseSize(text: string): number | null {
	const match = /^([\d.]+) ?(B|KiB|MiB|GiB|TiB)$/.exec(text);
	if (match === null || !sizePattern.test(text)) return null;
	const bytes = Math.round(Number(match[1]) * sizeUnits[match[2] as keyof typeof sizeUnits]);
	return Number.isSafeInteger(bytes) ? bytes : null;
}

/** The shortest exact spelling of a number of bytes: 536870912 is "512MiB". */
export function formatSize(bytes: number): string {
	let chosen: keyof typeof sizeUnits = "B";
	for (const [unit, factor] of Object.entries(sizeUnits)) {
		if (bytes >= factor && bytes % factor === 0) chosen = unit as keyof typeof sizeUnits;
	}
	return `${bytes / sizeUnits[chosen]}${chosen}`;
}

/** Whole milliseconds of "60s"; null when it is no duration. */
export function parseDuration(text: string): number | null {
	const match = /^([\d.]+) ?(ms|s|m)$/.exec(text);
	if (match === null || !durationPattern.test(text)) return null;
	return Math.round(Number(match[1]) * durationUnits[match[2] as keyof typeof durationUnits]);
}

/** The shortest exact spelling of whole milliseconds: 90000 is "90s". */
export function formatDuration(milliseconds: number): string {
	let chosen: keyof typeof durationUnits = "ms";
	for (const [unit, factor] of Object.entries(durationUnits)) {
		if (milliseconds >= factor && milliseconds % factor === 0) chosen = unit as keyof typeof durationUnits;
	}
	return `${milliseconds / durationUnits[chosen]}${chosen}`;
}

/** What the person most likely meant by a size in another notation ("512MB", "2G", 512), or null. */
export function suggestSize(text: string): string | null {
	const match = /^(\d{1,12}) ?([kmgt]?)i?b?$/i.exec(text.trim());
	if (match === null) return null;
	const prefix = (match[2] ?? "").toUpperCase();
	return `${match[1]}${prefix === "" ? "M" : prefix}iB`;
}

/** What one entry of a route's ports lets pass; `ports` null: everything of the protocol. */
export interface RoutePorts {
	readonly protocol: string;
	readonly ports: { readonly first: number; readonly last: number } | null;
}

/** "80/tcp", "8000-8080/udp", "icmp", or a whole protocol such as "udp"; null when it is none of these. */
export function parsePorts(text: string): RoutePorts | null {
	const match = /^(?:(\d{1,5})(?:-(\d{1,5}))?\/(tcp|udp|sctp)|(icmp|tcp|udp|sctp))$/.exec(text);
	if (match === null) return null;
	if (match[4] !== undefined) return { protocol: match[4], ports: null };
	const first = Number(match[1]);
	const last = match[2] === undefined ? first : Number(match[2]);
	if (first < 1 || last > 65_535 || first > last) return null;
	return { protocol: match[3] ?? "tcp", ports: { first, last } };
}

/** "80/health" is port 80 and path "/health"; "80" has the path "/". */
export function parseHttpProbe(text: string): { port: number; path: string } | null {
	const match = /^(\d{1,5})(\/[\x21-\x7e]*)?$/.exec(text);
	if (match === null) return null;
	const port = Number(match[1]);
	return port < 1 || port > 65_535 ? null : { port, path: match[2] ?? "/" };
}

/** Permission bits of "0644". */
export function parseMode(text: string): number {
	return Number.parseInt(text, 8);
}
