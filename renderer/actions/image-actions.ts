import { BookmarkPlus, FileDown, Trash2 } from "lucide-react";
import { toast } from "sonner";
import type { ImageUser } from "../../contract/images.ts";
import { navigateTo, paths } from "../app/navigation.ts";
import { rpc } from "../bridge/client.ts";
import { errorInfoOf } from "../bridge/error-info.ts";
import { shell } from "../bridge/shell.ts";
import type { MenuEntry } from "../components/menu.tsx";
import { formatBytes } from "../format/bytes.ts";
import type { ImageRow } from "../images/image-rows.ts";
import { confirm } from "../stores/confirm.ts";
import { openFormDialog } from "../stores/dialog.ts";
import { strings } from "../strings.ts";
import { tellInUse } from "./library-actions.ts";
import { perform } from "./perform.ts";

const words = strings.images;

/** What can be done with an image: its menu, and the buttons of its page. */
export function imageActions(row: ImageRow): MenuEntry[] {
	const ref = row.reference ?? row.ref;
	const promote = (id: "promote" | "promoteVm" | "promoteContainer", path: string): MenuEntry => ({
		id,
		title: words.actions[id],
		icon: BookmarkPlus,
		isDisabled: row.problem !== null,
		run: () => navigateTo(path),
	});
	return [
		// A disk becomes a virtual machine of either kind.
		...(row.kind === "disk"
			? [promote("promoteVm", paths.promote(ref, "libvirt")), promote("promoteContainer", paths.promote(ref, "docker"))]
			: [promote("promote", paths.promote(ref))]),
		{
			id: "export",
			title: words.actions.export,
			icon: FileDown,
			isDisabled: row.problem !== null,
			run: () => void exportImage(row),
		},
		{
			id: "delete",
			title: words.actions.delete,
			icon: Trash2,
			isDangerous: true,
			isApart: true,
			run: () => void deleteImage(row),
		},
	];
}

export const imageUserInWords = ({ kind, name }: ImageUser): string => words.user(words.userKinds[kind], name);

async function exportImage({ name, reference, ref, kind }: ImageRow): Promise<void> {
	const path = await perform(() =>
		shell().choosePath({ kind: "save", what: "image", name: kind === "disk" ? name : `${name}.tar` }),
	);
	if (path === null) return;
	// The dialog asked before it gave the path of a file that is there.
	await perform(() => rpc().images.export({ image: reference ?? ref, path, overwrite: true }));
}

async function deleteImage(row: ImageRow): Promise<void> {
	const held = row.usedBy.filter(({ kind }) => kind !== "template");
	if (held.length > 0) return await tellInUse(row.name, row.usedBy.map(imageUserInWords));
	const isConfirmed = await confirm({
		title: strings.library.confirm.title(row.name),
		body: row.usedBy.length > 0 ? words.deleteBodyTemplates : words.deleteBody(formatBytes(row.ownBytes)),
		items: [...row.aliases, ...row.usedBy.map(imageUserInWords)],
		action: words.deleteAction,
	});
	if (!isConfirmed) return;
	try {
		const { freedBytes, note } = await rpc().images.delete({ image: row.ref, force: row.usedBy.length > 0 });
		toast.success(words.deleted(row.name, formatBytes(freedBytes)), { description: note ?? undefined });
		if (location.hash.startsWith("#/images/")) navigateTo(paths.images);
	} catch (error) {
		const info = errorInfoOf(error);
		if (info.code === "IN_USE") await tellInUse(row.name, info.detail?.split("\n") ?? [info.message]);
		else await perform(() => Promise.reject(error));
	}
}

/** Asks for the file or folder, then for what the image is to be called. */
export async function importImage(what: "image" | "imageFolder"): Promise<void> {
	const path = await perform(() => shell().choosePath({ kind: "open", what }));
	if (path !== null) openFormDialog({ kind: "importImage", path });
}

/** Asks for the folder with the Dockerfile, then for the tag. */
export async function buildImage(): Promise<void> {
	const folder = await perform(() => shell().choosePath({ kind: "open", what: "recipe" }));
	if (folder !== null) openFormDialog({ kind: "buildImage", folder });
}
