import { crc32, deflateSync, inflateSync } from "node:zlib";
import { HomerangeError } from "../../contract/errors.ts";

/** A screen as red, green and blue bytes. */
export interface Picture {
	readonly width: number;
	readonly height: number;
	readonly rgb: Uint8Array;
}

/** More than any virtual display has; what claims more is damaged or hostile. */
const pixelLimit = 64 * 1024 * 1024;
const signature = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);

/** Reads what a hypervisor gives as a screenshot: PNG, or PPM from QEMU before 7.1. Errors: `UNSUPPORTED`. */
export function readPicture(bytes: Buffer): Picture {
	if (bytes.subarray(0, 8).equals(signature)) return readPng(bytes);
	if (bytes.subarray(0, 2).toString("latin1") === "P6") return readPpm(bytes);
	throw unreadable("it is neither PNG nor PPM");
}

export function writePng({ width, height, rgb }: Picture): Buffer {
	const header = Buffer.alloc(13);
	header.writeUInt32BE(width, 0);
	header.writeUInt32BE(height, 4);
	header.set([8, 2, 0, 0, 0], 8);
	const rows = Buffer.alloc((width * 3 + 1) * height);
	for (let y = 0; y < height; y++) rows.set(rgb.subarray(y * width * 3, (y + 1) * width * 3), y * (width * 3 + 1) + 1);
	return Buffer.concat([
		signature,
		chunk("IHDR", header),
		chunk("IDAT", deflateSync(rows)),
		chunk("IEND", Buffer.alloc(0)),
	]);
}

/** Every pixel of the smaller picture is the mean of those that it stands for. */
export function shrink(picture: Picture, maxWidth: number): Picture {
	if (picture.width <= maxWidth) return picture;
	const width = maxWidth;
	const height = Math.max(1, Math.round((picture.height * maxWidth) / picture.width));
	const rgb = new Uint8Array(width * height * 3);
	for (let y = 0; y < height; y++) {
		const [top, bottom] = span(y, height, picture.height);
		for (let x = 0; x < width; x++) {
			const [left, right] = span(x, width, picture.width);
			const sums = [0, 0, 0];
			for (let row = top; row < bottom; row++) {
				for (let at = (row * picture.width + left) * 3; at < (row * picture.width + right) * 3; at += 3) {
					for (let color = 0; color < 3; color++) sums[color] = (sums[color] ?? 0) + (picture.rgb[at + color] ?? 0);
				}
			}
			const count = (bottom - top) * (right - left);
			rgb.set(
				sums.map((sum) => sum / count),
				(y * width + x) * 3,
			);
		}
	}
	return { width, height, rgb };
}

function span(index: number, count: number, size: number): [number, number] {
	const from = Math.floor((index * size) / count);
	return [from, Math.max(from + 1, Math.floor(((index + 1) * size) / count))];
}

function readPpm(bytes: Buffer): Picture {
	const match = /^P6\s+(?:#[^\n]*\n\s*)*(\d{1,5})\s+(\d{1,5})\s+255\s/.exec(bytes.subarray(0, 256).toString("latin1"));
	if (match === null) throw unreadable("its header is damaged");
	const [head, widthText, heightText] = match;
	const { width, height } = bounded(Number(widthText), Number(heightText));
	const rgb = bytes.subarray(head.length, head.length + width * height * 3);
	if (rgb.length !== width * height * 3) throw unreadable("it is cut off");
	return { width, height, rgb };
}

/** As QEMU writes it: 8 bits, RGB or RGBA, not interlaced. */
function readPng(bytes: Buffer): Picture {
	if (bytes.length < 33) throw unreadable("it is cut off");
	const { width, height } = bounded(bytes.readUInt32BE(16), bytes.readUInt32BE(20));
	const [depth, color, , , interlace] = bytes.subarray(24, 29);
	const channels = color === 2 ? 3 : color === 6 ? 4 : 0;
	if (depth !== 8 || channels === 0 || interlace !== 0)
		throw unreadable("its PNG is of a kind that QEMU does not write");
	const parts: Buffer[] = [];
	for (let at = 8; at + 12 <= bytes.length; ) {
		const length = bytes.readUInt32BE(at);
		if (at + 12 + length > bytes.length) throw unreadable("it is cut off");
		if (bytes.subarray(at + 4, at + 8).toString("latin1") === "IDAT")
			parts.push(bytes.subarray(at + 8, at + 8 + length));
		at += 12 + length;
	}
	const stride = width * channels;
	const size = (stride + 1) * height;
	let rows: Buffer;
	try {
		rows = inflateSync(Buffer.concat(parts), { maxOutputLength: size });
	} catch {
		throw unreadable("its PNG is damaged");
	}
	if (rows.length !== size) throw unreadable("it is cut off");
	return { width, height, rgb: unfilter(rows, { width, height, channels }) };
}

function unfilter(rows: Buffer, { width, height, channels }: { width: number; height: number; channels: number }) {
	const stride = width * channels;
	const rgb = new Uint8Array(width * height * 3);
	let before = new Uint8Array(stride);
	for (let y = 0; y < height; y++) {
		const filter = rows[y * (stride + 1)] ?? 0;
		const line = Uint8Array.from(rows.subarray(y * (stride + 1) + 1, (y + 1) * (stride + 1)));
		for (let x = 0; x < stride; x++) {
			const left = x >= channels ? (line[x - channels] ?? 0) : 0;
			const up = before[x] ?? 0;
			const corner = x >= channels ? (before[x - channels] ?? 0) : 0;
			line[x] = (line[x] ?? 0) + predicted(filter, left, up, corner);
		}
		for (let x = 0; x < width; x++) rgb.set(line.subarray(x * channels, x * channels + 3), (y * width + x) * 3);
		before = line;
	}
	return rgb;
}

/** PNG's five filters, of its specification's section 9. */
function predicted(filter: number, left: number, up: number, corner: number): number {
	switch (filter) {
		case 0:
			return 0;
		case 1:
			return left;
		case 2:
			return up;
		case 3:
			return (left + up) >> 1;
		case 4: {
			const guess = left + up - corner;
			const [byLeft, byUp, byCorner] = [Math.abs(guess - left), Math.abs(guess - up), Math.abs(guess - corner)];
			if (byLeft <= byUp && byLeft <= byCorner) return left;
			return byUp <= byCorner ? up : corner;
		}
		default:
			throw unreadable("its PNG is damaged");
	}
}

function chunk(type: string, body: Buffer): Buffer {
	const named = Buffer.concat([Buffer.from(type, "latin1"), body]);
	const framed = Buffer.alloc(8 + named.length);
	framed.writeUInt32BE(body.length, 0);
	framed.set(named, 4);
	framed.writeUInt32BE(crc32(named), 4 + named.length);
	return framed;
}

function bounded(width: number, height: number) {
	if (width > 0 && height > 0 && width * height <= pixelLimit) return { width, height };
	throw unreadable(`it says that it has ${width} x ${height} pixels`);
}

function unreadable(why: string): HomerangeError {
	return new HomerangeError("UNSUPPORTED", `The hypervisor's picture of the screen cannot be read: ${why}.`, {
		remedy: "Open the console to see the screen.",
	});
}
