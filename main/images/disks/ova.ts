import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { readFile } from "node:fs/promises";
import { archiveInvalid, quoted } from "../archive/invalid.ts";
import { type StageOptions, stageArchive } from "../archive/stage.ts";
import type { Staged } from "../archive/staged.ts";

const manifestLimit = 1024 * 1024;

/**
 * The one disk of an OVA, unpacked into the folder: a tar of a description (.ovf), disks and, as a rule, a manifest
 * whose digests are compared. Errors: `INPUT_INVALID`. Format: DMTF DSP0243.
 */
export async function unpackOva(path: string, options: StageOptions): Promise<string> {
	const staged = await stageArchive(path, options);
	const names = staged.names();
	if (!names.some((name) => /\.ovf$/i.test(name))) throw archiveInvalid(path, "it has no description (.ovf)");
	const disks = names.filter((name) => /\.vmdk$/i.test(name));
	const [disk] = disks;
	if (disk === undefined) throw archiveInvalid(path, "it has no disk (.vmdk) that is not packed");
	if (disks.length > 1) {
		throw archiveInvalid(
			path,
			`it has ${disks.length} disks (${disks.slice(0, 5).map(quoted).join(", ")}): unpack it and import each`,
		);
	}
	for (const name of names.filter((one) => /\.mf$/i.test(one))) await compareManifest(staged, name);
	return staged.get(disk).path;
}

/** Lines like `SHA256(disk.vmdk)= 0f…`. */
async function compareManifest(staged: Staged, name: string): Promise<void> {
	const file = staged.get(name);
	if (file.sizeBytes > manifestLimit) throw archiveInvalid(staged.place, `its manifest ${quoted(name)} is too large`);
	for (const line of (await readFile(file.path, "utf8")).split("\n").slice(0, 1000)) {
		const [, kind = "", about = "", told = ""] =
			/^(SHA1|SHA256|SHA512)\s?\(([^)]+)\)\s*=\s*([0-9a-f]+)\s*$/i.exec(line) ?? [];
		if (kind === "") continue;
		const found = staged.find(about);
		if (found === null) throw archiveInvalid(staged.place, `${quoted(about)}, which its manifest names, is missing`);
		const hash = createHash(kind.toLowerCase());
		for await (const chunk of createReadStream(found.path, { highWaterMark: 1024 * 1024 })) hash.update(chunk);
		if (hash.digest("hex") !== told.toLowerCase()) {
			throw archiveInvalid(staged.place, `the digest of ${quoted(about)} is not what its manifest says`);
		}
	}
}
