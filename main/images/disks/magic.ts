export type DiskMagic = "qcow2" | "vmdk" | "vmdk-descriptor" | "vdi" | "raw";

/** True for the head of a tar archive, plain. */
export function isTar(head: Buffer): boolean {
	return head.length >= 512 && head.subarray(257, 262).toString("latin1") === "ustar";
}

/**
 * The format of a disk by its first kilobyte. A raw disk has no mark of its own: it is taken for one when it has a
 * partition table or a name that says so, and is whole sectors; what looks like another format is never raw.
 */
export function diskMagic(head: Buffer, sizeBytes: number, path: string): DiskMagic | null {
	const ascii = (from: number, length: number) => head.subarray(from, from + length).toString("latin1");
	if (ascii(0, 4) === "QFI\xfb") return "qcow2";
	if (ascii(0, 4) === "KDMV") return "vmdk";
	if (/^\s*# ?Disk DescriptorFile/i.test(ascii(0, 512))) return "vmdk-descriptor";
	if (head.length >= 0x44 && head.readUInt32LE(0x40) === 0xbeda107f) return "vdi";
	// Formats that are not taken, and must not pass for raw bytes.
	if (/^(COWD|conectix|vhdxfile|WithoutFreeSpace|WithouFreSpacExt|QED\0|LUKS|OOOO SCTOOOO)/.test(ascii(0, 16)))
		return null;
	if (sizeBytes === 0 || sizeBytes % 512 !== 0) return null;
	const hasPartitions = head.length >= 512 && head.readUInt16BE(510) === 0x55aa;
	const isGpt = ascii(512, 8) === "EFI PART";
	return hasPartitions || isGpt || /\.(raw|img|iso)$/i.test(path) ? "raw" : null;
}
