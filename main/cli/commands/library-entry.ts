import { HomerangeError } from "../../../contract/errors.ts";
import type { RangeSnapshot, Snapshot, Template } from "../../../contract/library.ts";
import type { EngineClient } from "../../rpc/client.ts";
import { plain } from "../terminal/text.ts";

export type EntryKind = "template" | "snapshot" | "range-snapshot";

export type Entry =
	| { readonly kind: "template"; readonly entry: Template }
	| { readonly kind: "snapshot"; readonly entry: Snapshot }
	| { readonly kind: "range-snapshot"; readonly entry: RangeSnapshot };

/** The entry that a name means. Errors: `TEMPLATE_NOT_FOUND`, `SNAPSHOT_NOT_FOUND`, `USAGE` when several have it. */
export async function findEntry({ api }: EngineClient, name: string, kind: EntryKind | undefined): Promise<Entry> {
	const isIt = (one: { name: string; id?: string }) => one.name === name || one.id === name;
	const [templates, snapshots, ranges] = await Promise.all([
		kind === undefined || kind === "template" ? api.library.templates({}) : [],
		kind === undefined || kind === "snapshot" ? api.snapshots.list({}) : [],
		kind === undefined || kind === "range-snapshot" ? api.rangeSnapshots.list({}) : [],
	]);
	const found: Entry[] = [
		...templates.filter(isIt).map((entry) => ({ kind: "template" as const, entry })),
		...snapshots.filter(isIt).map((entry) => ({ kind: "snapshot" as const, entry })),
		...ranges.filter(isIt).map((entry) => ({ kind: "range-snapshot" as const, entry })),
	];
	const [first, second] = found;
	if (first === undefined) {
		const what = kind === undefined ? "entry" : kind.replace("-", " ");
		throw new HomerangeError(
			kind === "template" || kind === undefined ? "TEMPLATE_NOT_FOUND" : "SNAPSHOT_NOT_FOUND",
			`The library has no ${what} ${plain(name)}.`,
			{ remedy: "See `homerange library list`." },
		);
	}
	if (second === undefined) return first;
	throw new HomerangeError("USAGE", `Several entries are called ${plain(name)}.`, {
		remedy: `Give --kind ${found.map((one) => one.kind).join(" or --kind ")}.`,
	});
}
