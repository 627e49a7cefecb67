import { formatBytes } from "../../../contract/format-bytes.ts";
import type { RangeSnapshot, Snapshot, Template } from "../../../contract/library.ts";
import { withEngine } from "../connect.ts";
import { rangeSnapshotText, snapshotText, templateText } from "../terminal/describe-library.ts";
import { treeOf, treeText } from "../terminal/library-tree.ts";
import { type Format, print, printJson } from "../terminal/print.ts";
import { table } from "../terminal/text.ts";
import { type Entry, type EntryKind, findEntry } from "./library-entry.ts";

/** All kinds, or one; as JSON all kinds are an object with a list of each. */
export async function listLibrary(kind: EntryKind | undefined, format: Format): Promise<void> {
	const [templates, snapshots, rangeSnapshots] = await withEngine(async ({ api }) =>
		Promise.all([
			kind === undefined || kind === "template" ? api.library.templates({}) : null,
			kind === undefined || kind === "snapshot" ? api.snapshots.list({}) : null,
			kind === undefined || kind === "range-snapshot" ? api.rangeSnapshots.list({}) : null,
		]),
	);
	if (format === "json") {
		const one = templates ?? snapshots ?? rangeSnapshots;
		return printJson(kind === undefined ? { templates, snapshots, rangeSnapshots } : one);
	}
	const tables = [
		templates === null ? null : templateTable(templates),
		snapshots === null ? null : snapshotTable(snapshots, kind === "snapshot"),
		rangeSnapshots === null ? null : rangeTable(rangeSnapshots, kind === "range-snapshot"),
	];
	await print(tables.filter((text) => text !== null).join("\n\n"));
}

export async function showEntry(name: string, kind: EntryKind | undefined, format: Format): Promise<void> {
	await printEntry(await withEngine((client) => findEntry(client, name, kind)), format);
}

export async function showTree(format: Format): Promise<void> {
	const tree = await withEngine(async ({ api }) =>
		treeOf(await api.library.templates({}), await api.snapshots.list({})),
	);
	if (format === "json") await printJson(tree);
	else await print(treeText(tree));
}

export async function printEntry(found: Entry, format: Format): Promise<void> {
	if (format === "json") return printJson(found.entry);
	switch (found.kind) {
		case "template":
			return print(templateText(found.entry));
		case "snapshot":
			return print(snapshotText(found.entry));
		case "range-snapshot":
			return print(rangeSnapshotText(found.entry));
	}
}

const count = (users: readonly unknown[]): string => (users.length === 0 ? "" : String(users.length));
const day = (at: string): string => at.replace("T", " ").slice(0, 16);

function templateTable(templates: readonly Template[]): string {
	const rows = templates.map(({ name, title, kind, os, image, consoles, shipped, users }) => [
		name,
		title,
		kind,
		os,
		image,
		consoles.join(", "),
		shipped ? "shipped" : "own",
		count(users),
	]);
	return table(["TEMPLATE", "TITLE", "KIND", "OS", "IMAGE", "CONSOLES", "FROM", "USERS"], rows);
}

function snapshotTable(snapshots: readonly Snapshot[], alone: boolean): string | null {
	if (snapshots.length === 0) {
		return alone ? "No snapshots of machines yet. `homerange library snapshot RANGE MACHINE NAME` takes one." : null;
	}
	const rows = snapshots.map(({ name, source, parent, ownBytes, sharedBytes, createdAt, users, present }) => [
		name,
		source.range === "" ? source.machine : `${source.machine} of ${source.range}`,
		parent?.name ?? source.name,
		formatBytes(ownBytes),
		formatBytes(sharedBytes),
		day(createdAt),
		count(users),
		present === false ? "its image is gone" : "",
	]);
	return table(["SNAPSHOT", "MACHINE", "STANDS ON", "OWN", "SHARED", "TAKEN (UTC)", "USERS", "STATE"], rows);
}

function rangeTable(snapshots: readonly RangeSnapshot[], alone: boolean): string | null {
	if (snapshots.length === 0) {
		return alone ? "No snapshots of ranges yet. `homerange snapshot RANGE NAME` takes one." : null;
	}
	const rows = snapshots.map(({ name, range, machines, networks, ownBytes, sharedBytes, createdAt, users }) => [
		name,
		range.name,
		String(machines.length),
		String(networks.length),
		formatBytes(ownBytes),
		formatBytes(sharedBytes),
		day(createdAt),
		count(users),
	]);
	return table(["RANGE SNAPSHOT", "RANGE", "MACHINES", "NETWORKS", "OWN", "SHARED", "TAKEN (UTC)", "USERS"], rows);
}
