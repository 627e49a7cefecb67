import type { Image, ImageUser } from "../../contract/images.ts";

/** A container or disk image as a row: both have what a list shows. */
export interface ImageRow {
	id: string;
	/** What the engine's procedures take for it. */
	ref: string;
	name: string;
	/** The name that a blueprint can use; null for an image that lost its name. */
	reference: string | null;
	/** Its other names. */
	aliases: readonly string[];
	kind: Image["kind"];
	ownBytes: number;
	sharedBytes: number;
	usedBy: readonly ImageUser[];
	/** ISO; empty for what Homerange never touched. */
	lastUsed: string;
	problem: string | null;
}

export function imageRows(images: readonly Image[]): ImageRow[] {
	return images.map((image) => {
		if (image.kind === "disk") {
			return {
				id: `disk ${image.name}`,
				ref: image.name,
				name: image.name,
				reference: image.name,
				aliases: [],
				kind: "disk",
				ownBytes: image.sizeBytes,
				sharedBytes: 0,
				usedBy: image.usedBy,
				lastUsed: image.lastUsed,
				problem: image.problem,
			};
		}
		const [reference = null, ...aliases] = image.references;
		return {
			id: image.id,
			ref: image.id,
			name: reference ?? image.id.slice(0, 19),
			reference,
			aliases,
			kind: "container",
			ownBytes: image.ownBytes,
			sharedBytes: image.sharedBytes,
			usedBy: image.usedBy,
			lastUsed: image.lastUsed ?? "",
			problem: null,
		};
	});
}

export interface ImageFilter {
	text: string;
	kind: Image["kind"] | "all";
	use: "all" | "used" | "unused";
}

export const noImageFilter: ImageFilter = { text: "", kind: "all", use: "all" };

export function filterImages(rows: readonly ImageRow[], { text, kind, use }: ImageFilter): ImageRow[] {
	const wanted = text.trim().toLowerCase();
	return rows.filter(
		(row) =>
			(kind === "all" || row.kind === kind) &&
			(use === "all" || row.usedBy.length > 0 === (use === "used")) &&
			(wanted === "" ||
				[row.name, row.ref, ...row.aliases, ...row.usedBy.map(({ name }) => name)].some((part) =>
					part.toLowerCase().includes(wanted),
				)),
	);
}

/** "range lab, template web and 3 more": whom a delete would hurt, in one line. */
export function usersInBrief(users: readonly ImageUser[], more: (count: number) => string): string {
	const names = users.slice(0, 2).map(({ name }) => name);
	return [...names, ...(users.length > 2 ? [more(users.length - 2)] : [])].join(", ");
}
