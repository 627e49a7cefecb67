import { HomerangeError } from "../../../contract/errors.ts";
import { noDisk } from "../../images/disks/disk-pool.ts";
import { type BaseImage, checkBaseFormat } from "../../libvirt/host/index.ts";
import type { VmsDeps } from "../deps.ts";

export interface NamedBase extends BaseImage {
	/** For messages: what the library calls it. */
	readonly title: string;
}

/** A disk image of the library. Errors: `IMAGE_NOT_FOUND`, `IMAGE_UNAVAILABLE`, `UNSUPPORTED`. */
export async function baseOfImage({ disks }: Pick<VmsDeps, "disks">, name: string): Promise<NamedBase> {
	const disk = disks.find(name);
	if (disk === null) throw noDisk(name);
	const problem = await disks.problem(disk);
	if (problem !== null) {
		throw new HomerangeError("IMAGE_UNAVAILABLE", `The disk image ${name} cannot be used. ${problem}`, {
			place: name,
			remedy: "Delete it and import it again from where it came from.",
		});
	}
	const { sizeBytes, virtualBytes, sha256 } = disk;
	return {
		title: name,
		path: disks.path(disk),
		format: checkBaseFormat(name, disk.format),
		sizeBytes,
		virtualBytes,
		sha256,
	};
}

/** The saved disk of a VM. Errors: `SNAPSHOT_NOT_FOUND`, `UNSUPPORTED` for one of a container. */
export async function baseOfSnapshot(
	{ disks, snapshots }: Pick<VmsDeps, "disks" | "snapshots">,
	ref: string,
): Promise<NamedBase> {
	const { name, provider, image } = snapshots.get(ref);
	if (provider !== "libvirt") {
		throw new HomerangeError(
			"UNSUPPORTED",
			`The snapshot ${name} is one of a container, and a VM starts from a disk.`,
			{
				place: name,
				remedy: "Choose a snapshot of a VM.",
			},
		);
	}
	return { ...(await baseOfImage({ disks }, image)), title: name };
}
