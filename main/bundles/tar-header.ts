/**
 * The tar headers of a bundle. They are our own, because a bundle is written in place: a layer's header is filled in
 * when its size and digest are known, and a reader finds every entry without reading what lies between. Only plain
 * files exist here, and for a name and a size there is exactly one header.
 */

export const blockBytes = 512;
/** What a tar ends with. */
export const endBytes = 2 * blockBytes;
const nameBytes = 100;
/** Sizes above this do not fit the octal field. */
const octalLimit = 8 ** 11;

/** Bytes up to the next header. */
export function padding(bytes: number): number {
	return (blockBytes - (bytes % blockBytes)) % blockBytes;
}

/** The header of a plain file, mode 0644, of user 0 and of the year 1970. */
export function tarHeader(name: string, bytes: number): Buffer {
	const header = Buffer.alloc(blockBytes);
	if (Buffer.byteLength(name) > nameBytes) throw new RangeError(`the name of an entry is too long: ${name}`);
	header.write(name, 0);
	header.write("0000644\0", 100);
	header.write("0000000\0", 108);
	header.write("0000000\0", 116);
	writeSize(header, bytes);
	header.write("00000000000\0", 136);
	header.write("0", 156);
	header.write("ustar\x0000", 257);
	header.write("0000000\0", 329);
	header.write("0000000\0", 337);
	header.fill(" ", 148, 156);
	const sum = header.reduce((total, byte) => total + byte, 0);
	header.write(`${sum.toString(8).padStart(6, "0")}\0 `, 148);
	return header;
}

/** Octal digits; beyond 8 GiB the binary form that GNU tar and its like read. */
function writeSize(header: Buffer, bytes: number): void {
	if (bytes < octalLimit) header.write(`${bytes.toString(8).padStart(11, "0")}\0`, 124);
	else {
		header[124] = 0x80;
		header.writeBigUInt64BE(BigInt(bytes), 128);
	}
}

/** The name as it stands in a header, unchecked. */
export function nameIn(header: Buffer): string {
	const end = header.indexOf(0);
	return header.toString("utf8", 0, end < 0 || end > nameBytes ? nameBytes : end);
}

/** The size as it stands in a header; NaN when it is none of ours. */
export function sizeIn(header: Buffer): number {
	if (header[124] === 0x80) return Number(header.readBigUInt64BE(128));
	const digits = header.toString("latin1", 124, 135);
	return /^[0-7]{11}$/.test(digits) ? Number.parseInt(digits, 8) : Number.NaN;
}

const types: Readonly<Record<string, string>> = {
	"1": "a hard link",
	"2": "a symbolic link",
	"3": "a character device",
	"4": "a block device",
	"5": "a folder",
	"6": "a pipe",
};

/** What the entry is when it is no plain file, in words; null for a plain file. */
export function oddTypeIn(header: Buffer): string | null {
	const type = header.toString("latin1", 156, 157);
	return type === "0" ? null : (types[type] ?? "something that is no plain file");
}
