import { existsSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";

/** What the test guest says on its serial console once its addresses are set and its services run. */
export const guestReady = "guest ready";

/**
 * The test guest's disk (qcow2, 128 MiB): a Linux that boots in seconds without KVM. It has a root shell on serial and on
 * the VGA screen, takes its address from a NoCloud seed or by DHCP, answers ping and http on port 80 with its name,
 * keeps /data, and has the guest agent. Its boot medium must be the first disk, by virtio or SCSI. Copy it or use it as
 * a backing file, and never write to it: all tests share it.
 */
export function guestDisk(): string {
	const cache = process.env.HOMERANGE_CACHE || join(homedir(), ".cache", "homerange");
	const disk = process.env.HOMERANGE_GUEST_DISK || join(cache, "guest", "disk.qcow2");
	if (!existsSync(disk)) throw new Error(`The test guest ${disk} is missing. Make it: node scripts/guest.mjs`);
	return disk;
}
