import { Copy, FileDown, History, type LucideIcon, Pencil, Play, Trash2 } from "lucide-react";
import { toast } from "sonner";
import type { LibraryUser, RangeSnapshot, Snapshot, Template } from "../../contract/library.ts";
import { navigateTo, paths } from "../app/navigation.ts";
import { rpc } from "../bridge/client.ts";
import { errorInfoOf } from "../bridge/error-info.ts";
import { shell } from "../bridge/shell.ts";
import type { MenuEntry } from "../components/menu.tsx";
import type { LibraryEntry } from "../library/entries.ts";
import { confirm } from "../stores/confirm.ts";
import { openFormDialog } from "../stores/dialog.ts";
import { strings } from "../strings.ts";
import { perform } from "./perform.ts";

const words = strings.library;

/** What can be done with an entry of the library: its menu, and the buttons of its page. */
export function libraryEntryActions(entry: LibraryEntry): MenuEntry[] {
	switch (entry.of) {
		case "template":
			return templateActions(entry.template);
		case "snapshot":
			return snapshotActions(entry.snapshot);
		case "range-snapshot":
			return rangeSnapshotActions(entry.rangeSnapshot);
	}
}

function action(id: keyof typeof words.actions, icon: LucideIcon, run: () => void): MenuEntry {
	return { id, title: words.actions[id], icon, run };
}

function templateActions(template: Template): MenuEntry[] {
	return [
		...(template.shipped ? [] : [action("edit", Pencil, () => navigateTo(paths.templateForm(template.name)))]),
		action("duplicate", Copy, () => openFormDialog({ kind: "duplicateTemplate", template })),
		action("export", FileDown, () => void exportTemplate(template)),
		...(template.shipped
			? []
			: [
					removal(() =>
						remove(template.name, template.users, words.confirm.template, () =>
							rpc().library.deleteTemplate({ name: template.name }),
						),
					),
				]),
	];
}

function snapshotActions(snapshot: Snapshot): MenuEntry[] {
	return [
		action("edit", Pencil, () => openFormDialog({ kind: "editSnapshot", snapshot })),
		// A part of a range's snapshot goes with the whole of it.
		...(snapshot.rangeSnapshot === null
			? [
					removal(() =>
						remove(snapshot.name, snapshot.users, words.confirm.snapshot, () =>
							rpc().snapshots.delete({ snapshot: snapshot.id }),
						),
					),
				]
			: []),
	];
}

function rangeSnapshotActions(rangeSnapshot: RangeSnapshot): MenuEntry[] {
	return [
		action("deploy", Play, () => navigateTo(paths.deploySnapshot(rangeSnapshot.name))),
		action("restore", History, () => openFormDialog({ kind: "restoreSnapshot", rangeSnapshot })),
		action("edit", Pencil, () => openFormDialog({ kind: "editRangeSnapshot", rangeSnapshot })),
		removal(() =>
			remove(rangeSnapshot.name, rangeSnapshot.users, words.confirm.rangeSnapshot, () =>
				rpc().rangeSnapshots.delete({ snapshot: rangeSnapshot.id }),
			),
		),
	];
}

function removal(run: () => Promise<void>): MenuEntry {
	return { ...action("delete", Trash2, () => void run()), isDangerous: true, isApart: true };
}

/** A user of an entry in words: "range lab, machine web". */
export function userInWords({ kind, name, machine }: LibraryUser): string {
	return words.user(words.userKinds[kind], name, machine);
}

async function remove(
	name: string,
	users: readonly LibraryUser[],
	body: string,
	request: () => Promise<unknown>,
): Promise<void> {
	if (users.length > 0) return await tellInUse(name, users.map(userInWords));
	const isConfirmed = await confirm({
		title: words.confirm.title(name),
		body,
		items: [],
		action: words.actions.delete,
	});
	if (!isConfirmed) return;
	try {
		await request();
		toast.success(words.deleted(name));
		leaveDeleted();
	} catch (error) {
		const info = errorInfoOf(error);
		// Somebody began to use it meanwhile.
		if (info.code === "IN_USE") await tellInUse(name, info.detail?.split("\n") ?? [info.message]);
		else await perform(() => Promise.reject(error));
	}
}

/** Says who would miss it; nothing can be agreed to. */
export async function tellInUse(name: string, users: readonly string[]): Promise<void> {
	await confirm({ title: words.inUse(name), body: words.inUseBody, items: users, action: null });
}

/** The page of what was deleted shows nothing any more. */
function leaveDeleted(): void {
	const at = /^#\/library\/(templates|snapshots|range-snapshots)\/[^/]/.exec(location.hash);
	if (at !== null) navigateTo(paths.libraryTab(at[1] === "templates" ? "templates" : "snapshots"));
}

async function exportTemplate({ name }: Template): Promise<void> {
	const path = await perform(async () => {
		const { file, text } = await rpc().library.exportTemplate({ name });
		return await shell().saveTemplate({ file, text });
	});
	if (path !== null) toast.success(words.exported(name, path));
}

/** Asks for a template's file and brings it into the library. */
export async function importTemplate(): Promise<void> {
	const opened = await perform(() => shell().openTemplate());
	if (opened === null) return;
	const { file, text } = opened;
	if (text === null) {
		toast.error(words.tooLarge(file));
		return;
	}
	const template = await perform(() => rpc().library.importTemplate({ file, text }));
	if (template === null) return;
	toast.success(words.imported(template.name));
	navigateTo(paths.template(template.name));
}

/** Asks for a bundle's file, then shows what it holds. */
export async function installBundle(): Promise<void> {
	const file = await perform(() => shell().choosePath({ kind: "open", what: "bundle" }));
	if (file !== null) openFormDialog({ kind: "installBundle", file });
}
