import { z } from "zod";
import { HomerangeError } from "../../../contract/errors.ts";
import { printable } from "../../docker/api-errors.ts";
import { normalName } from "../archive/entry-name.ts";
import { quoted } from "../archive/invalid.ts";
import { firstBytes, type StageOptions, stageArchive } from "../archive/stage.ts";
import type { Staged, StagedFile } from "../archive/staged.ts";
import { checkSourceHeader } from "./check-disk.ts";
import { diskMagic } from "./magic.ts";

/** Whether an archive with this first file is a Vagrant box: none of these stands in an archive of containers. */
export function isBoxEntry(name: string): boolean {
	return /^(Vagrantfile|metadata\.json|info\.json|box[^/]*\.(img|qcow2|vmdk|ovf|xml|nvram)|[^/]+\.vmdk)$/i.test(name);
}

/** What a box says about itself, as far as its disk goes. Format: vagrant-libvirt's and Vagrant's documentation. */
const metadata = z.object({
	provider: z.string().max(100),
	format: z.string().max(20).optional(),
	disks: z
		.array(z.object({ path: z.string().max(1024).optional(), format: z.string().max(20).optional() }))
		.max(64)
		.optional(),
});

export interface BoxDisk {
	/** In the folder of the options. */
	readonly path: string;
	readonly format: Awaited<ReturnType<typeof checkSourceHeader>>;
}

/**
 * The one disk of a Vagrant box, unpacked and looked at: boxes for libvirt, VirtualBox and VMware. The box's
 * Vagrantfile is a program and is never run, nor even read. Errors: `INPUT_INVALID`.
 */
export async function unpackBox(path: string, options: StageOptions): Promise<BoxDisk> {
	const staged = await stageArchive(path, options);
	const { file, name, told } = await diskOf(staged);
	const magic = diskMagic(await firstBytes(file.path, 1024), file.sizeBytes, name);
	if (magic === null) throw boxInvalid(path, `${quoted(name)} is no disk that is taken here`);
	if (told !== null && told !== magic) {
		throw boxInvalid(path, `its metadata says that ${quoted(name)} is ${told}, and it is ${magic}`);
	}
	return { path: file.path, format: await checkSourceHeader(file.path, magic) };
}

async function diskOf(staged: Staged): Promise<{ file: StagedFile; name: string; told: string | null }> {
	const { place } = staged;
	const written = staged.find("metadata.json");
	if (written === null) throw boxInvalid(place, "it has no metadata.json, which every box has");
	const parsed = metadata.safeParse(await staged.parse(written, "metadata.json"));
	if (!parsed.success) throw boxInvalid(place, "its metadata.json does not say for which provider it was made");
	const { provider, format, disks = [] } = parsed.data;
	if (disks.length > 1) throw severalDisks(place, disks.length);
	if (/^(libvirt|qemu|kvm)$/.test(provider)) {
		const name = normalName(disks[0]?.path ?? "box.img");
		const file = staged.find(name);
		if (file === null) throw boxInvalid(place, `its disk ${quoted(name)} is missing`);
		return { file, name, told: disks[0]?.format ?? format ?? null };
	}
	if (!/^(virtualbox|vmware_\w+)$/.test(provider)) {
		throw boxInvalid(place, `it was made for ${printable(provider, 40)}, whose disks are not taken`);
	}
	const names = staged.names().filter((name) => /\.vmdk$/i.test(name));
	const [name] = names;
	if (name === undefined) throw boxInvalid(place, "it has no disk (.vmdk)");
	if (names.length > 1) throw severalDisks(place, names.length);
	return { file: staged.get(name), name, told: null };
}

function severalDisks(place: string, count: number): HomerangeError {
	return boxInvalid(place, `it has ${count} disks`, "Unpack it with tar and import each disk by itself.");
}

function boxInvalid(place: string, why: string, remedy?: string): HomerangeError {
	return new HomerangeError("INPUT_INVALID", `The Vagrant box ${place} is refused: ${why}.`, {
		place,
		remedy: remedy ?? "Get the box for libvirt or VirtualBox, or import its disk by itself.",
	});
}
