import { stat } from "node:fs/promises";
import { basename } from "node:path";
import { HomerangeError } from "../../contract/errors.ts";
import { compressionOf } from "./archive/decompress.ts";
import { firstEntryName } from "./archive/first-entry.ts";
import { firstBytes } from "./archive/stage.ts";
import { type DiskMagic, diskMagic, isTar } from "./disks/magic.ts";
import { isBoxEntry } from "./disks/vagrant-box.ts";

export type Recognized =
	| { kind: "archive"; sizeBytes: number }
	| { kind: "layout" }
	| { kind: "ova"; sizeBytes: number }
	| { kind: "box"; sizeBytes: number }
	| { kind: "disk"; format: DiskMagic; sizeBytes: number };

/** What a path holds, by its first bytes and not by its name. Errors: `INPUT_INVALID` for what is none of it. */
export async function recognize(path: string): Promise<Recognized> {
	const found = await stat(path).catch((error: unknown) => {
		throw new HomerangeError("INPUT_INVALID", `${path} cannot be read: ${reasonOf(error)}.`, {
			place: path,
			remedy: "Check the path and who may read it.",
		});
	});
	if (found.isDirectory()) return { kind: "layout" };
	if (!found.isFile()) throw unknown(path, "it is neither a file nor a folder");
	const sizeBytes = found.size;
	const head = await firstBytes(path, 1024);
	if (isTar(head)) {
		const first = head.subarray(0, 100).toString("latin1").replace(/\0.*$/s, "");
		if (first.toLowerCase().endsWith(".ovf")) return { kind: "ova", sizeBytes };
		return { kind: await archiveKind(path), sizeBytes };
	}
	if (compressionOf(head) !== "none") return { kind: await archiveKind(path), sizeBytes };
	const format = diskMagic(head, sizeBytes, path);
	if (format === null) throw unknown(path, "its first bytes are of no image archive and of no disk");
	return { kind: "disk", format, sizeBytes };
}

async function archiveKind(path: string): Promise<"archive" | "box"> {
	const first = await firstEntryName(path);
	return first !== null && isBoxEntry(first) ? "box" : "archive";
}

/** A name out of a file's: without its folder and its endings, in the letters that names may have. */
export function nameFromFile(path: string): string {
	const name = basename(path)
		.toLowerCase()
		.replace(/\.(tar|tgz|gz|zst|zstd|oci|qcow2|raw|img|vmdk|vdi|ova|box)/g, "")
		.replace(/[^a-z0-9]+/g, "-")
		.replace(/^-+|-+$/g, "")
		.slice(0, 60);
	return name.replace(/-+$/, "") || "image";
}

function unknown(path: string, why: string): HomerangeError {
	return new HomerangeError("INPUT_INVALID", `${path} is not an image: ${why}.`, {
		place: path,
		remedy:
			"Give an archive of docker save, an OCI layout (archive or folder), or a disk: qcow2, raw (.raw, .img), vmdk, vdi, ova or a Vagrant box.",
	});
}

function reasonOf(error: unknown): string {
	return error instanceof Error ? error.message : String(error);
}
