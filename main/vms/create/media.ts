import { stat } from "node:fs/promises";
import { dirname, parse } from "node:path";
import { HomerangeError } from "../../../contract/errors.ts";
import type { LibvirtHost } from "../../libvirt/host/index.ts";

/** A file of the person's that goes into a VM's drive. */
export interface Medium {
	/** Where it lies here. */
	readonly file: string;
	readonly sizeBytes: number;
	/** Where libvirt finds it. */
	readonly path: string;
	/** Name in the pool, for one that must be copied there: libvirt's own user cannot reach it where it lies. */
	readonly copyAs: string | null;
}

/** Errors: `INPUT_INVALID` when there is no such file. */
export async function mediumOf(host: LibvirtHost, file: string, volume: string): Promise<Medium> {
	const { size, mode } = await fileAt(file);
	if (size === 0) throw unusable(file, "it is empty");
	const isReached =
		host.isLocal() && (host.scope() === "session" || ((mode & 0o004) !== 0 && (await isOpenToAll(file))));
	if (isReached) return { file, sizeBytes: size, path: file, copyAs: null };
	return { file, sizeBytes: size, path: (await host.storage()).path(volume), copyAs: volume };
}

async function fileAt(file: string) {
	try {
		const found = await stat(file);
		if (found.isFile()) return found;
	} catch (error) {
		const why = error instanceof Error && "code" in error && error.code === "ENOENT" ? "there is no such file" : null;
		throw unusable(file, why ?? String(error));
	}
	throw unusable(file, "it is no file");
}

/** Every folder above lets others through. */
async function isOpenToAll(file: string): Promise<boolean> {
	for (let folder = dirname(file); ; folder = dirname(folder)) {
		if (((await stat(folder)).mode & 0o001) === 0) return false;
		if (folder === parse(folder).root) return true;
	}
}

function unusable(file: string, why: string): HomerangeError {
	return new HomerangeError("INPUT_INVALID", `The ISO cannot be used: ${why}.`, {
		place: file,
		remedy: "Give the path of an ISO file on the machine of the engine.",
	});
}
