import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { copyFile, mkdir, stat } from "node:fs/promises";
import type { DiskPool } from "../../../images/disks/disk-pool.ts";
import { guestDisk } from "../../../testing/guest.ts";

/** Takes the test guest's disk into a library, under the name "guest". */
export async function addGuestDisk(disks: DiskPool): Promise<void> {
	const file = "aaaaaaaaaaaaaaaaaaaa.qcow2";
	await mkdir(disks.folder, { recursive: true });
	await copyFile(guestDisk(), disks.path({ file }));
	const hash = createHash("sha256");
	for await (const chunk of createReadStream(guestDisk())) hash.update(chunk);
	const now = new Date().toISOString();
	disks.add({
		...{ name: "guest", file, format: "qcow2", sizeBytes: (await stat(guestDisk())).size },
		...{ virtualBytes: 128 * 1024 ** 2, sha256: hash.digest("hex") },
		...{ origin: "the test guest", createdAt: now, lastUsed: now },
	});
}
