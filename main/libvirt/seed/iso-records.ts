/** The records of ECMA-119 (ISO 9660). Byte positions there count from 1, here from 0. */

export const sectorBytes = 2048;
const rootRecordBytes = 34;

/** How one of the two trees of an image writes names. */
export interface NameForm {
	readonly encode: (text: string) => Uint8Array;
	readonly descriptorType: 1 | 2;
}

export const plainForm: NameForm = { encode: (text) => Buffer.from(text, "latin1"), descriptorType: 1 };
/** UCS-2, big-endian. */
export const jolietForm: NameForm = { encode: (text) => Buffer.from(text, "utf16le").swap16(), descriptorType: 2 };

/** 9.1: a directory record. The names "\0" and "\u0001" stand for the folder itself and its parent. */
export function directoryRecord(
	name: Uint8Array,
	{ sector, bytes, isFolder, date }: { sector: number; bytes: number; isFolder: boolean; date: Date },
): Uint8Array {
	const length = 33 + name.length + (name.length % 2 === 0 ? 1 : 0);
	const record = Buffer.alloc(length);
	record[0] = length;
	bothOrders32(record, 2, sector);
	bothOrders32(record, 10, bytes);
	record.set(shortDate(date), 18);
	record[25] = isFolder ? 2 : 0;
	bothOrders16(record, 28, 1);
	record[32] = name.length;
	record.set(name, 33);
	return record;
}

/** 9.4: one entry of a path table. */
export function pathRecord(name: Uint8Array, sector: number, parent: number, order: "little" | "big"): Uint8Array {
	const record = Buffer.alloc(8 + name.length + (name.length % 2));
	record[0] = name.length;
	if (order === "little") {
		record.writeUInt32LE(sector, 2);
		record.writeUInt16LE(parent, 6);
	} else {
		record.writeUInt32BE(sector, 2);
		record.writeUInt16BE(parent, 6);
	}
	record.set(name, 8);
	return record;
}

export interface VolumeFacts {
	readonly label: string;
	readonly date: Date;
	readonly sectors: number;
	readonly pathTableBytes: number;
	readonly pathTableLittle: number;
	readonly pathTableBig: number;
	readonly root: { readonly sector: number; readonly bytes: number };
}

/** 8.4 and 8.5: the primary descriptor, or Joliet's supplementary one. */
export function volumeDescriptor(form: NameForm, facts: VolumeFacts): Uint8Array {
	const record = Buffer.alloc(sectorBytes);
	record[0] = form.descriptorType;
	record.write("CD001\u0001", 1, "latin1");
	text(record, form, 8, 32, "LINUX");
	text(record, form, 40, 32, facts.label);
	bothOrders32(record, 80, facts.sectors);
	// Joliet, level 3: UCS-2 with all of Unicode's first plane.
	if (form.descriptorType === 2) record.write("%/E", 88, "latin1");
	bothOrders16(record, 120, 1);
	bothOrders16(record, 124, 1);
	bothOrders16(record, 128, sectorBytes);
	bothOrders32(record, 132, facts.pathTableBytes);
	record.writeUInt32LE(facts.pathTableLittle, 140);
	record.writeUInt32BE(facts.pathTableBig, 148);
	const root = directoryRecord(Uint8Array.of(0), { ...facts.root, isFolder: true, date: facts.date });
	record.set(root.subarray(0, rootRecordBytes), 156);
	for (const at of [190, 318, 446, 574]) text(record, form, at, 128, "");
	for (const [at, length] of [
		[702, 37],
		[739, 37],
		[776, 37],
	] as const) {
		text(record, form, at, length, "");
	}
	const written = longDate(facts.date);
	record.write(written, 813, "latin1");
	record.write(written, 830, "latin1");
	record.write("0".repeat(16), 847, "latin1");
	record.write(written, 864, "latin1");
	record[881] = 1;
	return record;
}

/** 8.3: what ends the list of descriptors. */
export function descriptorEnd(): Uint8Array {
	const record = Buffer.alloc(sectorBytes);
	record[0] = 255;
	record.write("CD001\u0001", 1, "latin1");
	return record;
}

/** A field of fixed length, filled up with spaces of the tree's own alphabet; an odd last byte stays zero. */
function text(record: Buffer, form: NameForm, at: number, length: number, value: string): void {
	const unit = form.descriptorType === 2 ? 2 : 1;
	const filled = value.padEnd(Math.floor(length / unit), " ").slice(0, Math.floor(length / unit));
	record.set(form.encode(filled), at);
}

function bothOrders32(record: Buffer, at: number, value: number): void {
	record.writeUInt32LE(value, at);
	record.writeUInt32BE(value, at + 4);
}

function bothOrders16(record: Buffer, at: number, value: number): void {
	record.writeUInt16LE(value, at);
	record.writeUInt16BE(value, at + 2);
}

/** 9.1.5, in UTC. The year is one byte, counted from 1900. */
function shortDate(date: Date): Uint8Array {
	return Uint8Array.of(
		date.getUTCFullYear() - 1900,
		date.getUTCMonth() + 1,
		date.getUTCDate(),
		date.getUTCHours(),
		date.getUTCMinutes(),
		date.getUTCSeconds(),
		0,
	);
}

/** 8.4.26.1: 16 digits; the byte for the time zone after them stays 0, which is UTC. */
function longDate(date: Date): string {
	return `${date.toISOString().slice(0, 19).replace(/[-T:]/g, "")}00`;
}
