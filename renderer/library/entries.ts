import type { OsFamily, RangeSnapshot, Snapshot, Template, TemplateKind } from "../../contract/library.ts";
import type { LibraryContent } from "../stores/library.ts";

export type EntryKind = TemplateKind | "range";

interface EntryFacts {
	id: string;
	name: string;
	/** Beside the name: a title, or where a snapshot came from. */
	about: string;
	description: string;
	/** Null where nobody knows it: a snapshot of a machine that came from a plain image. */
	os: OsFamily | null;
	kind: EntryKind;
	tags: readonly string[];
	/** Zero for a template, whose image has the size. */
	ownBytes: number;
	sharedBytes: number;
	/** ISO; empty for a template. */
	createdAt: string;
	userCount: number;
	/** Further words that find it. */
	words: readonly string[];
}

/** A row or a card of the library, whatever it is. */
export type LibraryEntry = EntryFacts &
	(
		| { of: "template"; template: Template }
		| { of: "snapshot"; snapshot: Snapshot }
		| { of: "range-snapshot"; rangeSnapshot: RangeSnapshot }
	);

export function templateEntries({ templates }: Pick<LibraryContent, "templates">): LibraryEntry[] {
	return templates.map((template) => ({
		of: "template",
		template,
		id: `template ${template.name}`,
		name: template.name,
		about: template.title,
		description: template.description,
		os: template.os,
		kind: template.kind,
		tags: template.tags,
		ownBytes: 0,
		sharedBytes: 0,
		createdAt: "",
		userCount: template.users.length,
		words: [template.image],
	}));
}

/** The snapshots of ranges and of single machines. The parts of a range's snapshot stand for themselves as well. */
export function snapshotEntries({ templates, snapshots, rangeSnapshots }: LibraryContent): LibraryEntry[] {
	const ranges = rangeSnapshots.map(
		(rangeSnapshot): LibraryEntry => ({
			of: "range-snapshot",
			rangeSnapshot,
			id: `range-snapshot ${rangeSnapshot.id}`,
			name: rangeSnapshot.name,
			about: rangeSnapshot.range.name,
			description: rangeSnapshot.description,
			os: null,
			kind: "range",
			tags: [],
			ownBytes: rangeSnapshot.ownBytes,
			sharedBytes: rangeSnapshot.sharedBytes,
			createdAt: rangeSnapshot.createdAt,
			userCount: rangeSnapshot.users.length,
			words: [rangeSnapshot.blueprint.name, ...rangeSnapshot.machines.map((machine) => machine.name)],
		}),
	);
	const machines = snapshots.map((snapshot): LibraryEntry => {
		const template = originTemplate(snapshot, templates, snapshots);
		return {
			of: "snapshot",
			snapshot,
			id: `snapshot ${snapshot.id}`,
			name: snapshot.name,
			about: [snapshot.source.machine, snapshot.source.range].filter(Boolean).join(", "),
			description: snapshot.description,
			os: template?.os ?? null,
			kind: snapshot.provider === "docker" ? "container" : (template?.kind ?? "linux-vm"),
			tags: snapshot.tags,
			ownBytes: snapshot.ownBytes,
			sharedBytes: snapshot.sharedBytes,
			createdAt: snapshot.createdAt,
			userCount: snapshot.users.length,
			words: [snapshot.source.name, snapshot.image],
		};
	});
	return [...ranges, ...machines];
}

/** The template that the first of the snapshot's ancestors started from. */
function originTemplate(
	snapshot: Snapshot,
	templates: readonly Template[],
	snapshots: readonly Snapshot[],
): Template | null {
	const seen = new Set<string>();
	let at: Snapshot | undefined = snapshot;
	while (at !== undefined && !seen.has(at.id)) {
		seen.add(at.id);
		const { source, parent }: Snapshot = at;
		if (source.kind === "template") return templates.find((one) => one.name === source.name) ?? null;
		at = parent === null ? undefined : snapshots.find((one) => one.id === parent.id);
	}
	return null;
}
