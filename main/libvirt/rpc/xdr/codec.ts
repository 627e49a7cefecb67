import type { XdrReader } from "./reader.ts";
import type { XdrWriter } from "./writer.ts";
import { XdrError } from "./xdr-error.ts";

/** How one type goes over the wire. Tables of procedures are written in codecs, so bytes and TypeScript types cannot part. */
export interface Codec<T> {
	/** The least number of bytes that a value takes. */
	readonly minimum: number;
	encode(writer: XdrWriter, value: T): void;
	decode(reader: XdrReader): T;
}

export type Decoded<C> = C extends Codec<infer T> ? T : never;

/** libvirt's own limits: a string has at most 4 MiB. Lists are bounded by the packet as well. */
const stringLimit = 4 * 1024 * 1024;
const listLimit = 262_144;

export const nothing: Codec<void> = { minimum: 0, encode: () => undefined, decode: () => undefined };
export const int: Codec<number> = { minimum: 4, encode: (w, v) => w.int(v), decode: (r) => r.int() };
export const uint: Codec<number> = { minimum: 4, encode: (w, v) => w.uint(v), decode: (r) => r.uint() };
export const hyper: Codec<bigint> = { minimum: 8, encode: (w, v) => w.hyper(v), decode: (r) => r.hyper() };
export const uhyper: Codec<bigint> = { minimum: 8, encode: (w, v) => w.uhyper(v), decode: (r) => r.uhyper() };
export const double: Codec<number> = { minimum: 8, encode: (w, v) => w.double(v), decode: (r) => r.double() };
export const string: Codec<string> = {
	minimum: 4,
	encode: (w, v) => w.string(v, stringLimit),
	decode: (r) => r.string(stringLimit),
};

/** `int` on the wire, where only "not 0" has a meaning. */
export const flag: Codec<boolean> = { minimum: 4, encode: (w, v) => w.int(v ? 1 : 0), decode: (r) => r.int() !== 0 };

/**
 * An unsigned 64-bit amount (bytes, KiB) as a number. Above 2^53-1, which is 8 PiB, it is the nearest number that JavaScript
 * has; where every bit matters the tables use `uhyper`.
 */
export const amount: Codec<number> = {
	minimum: 8,
	encode: (w, v) => {
		if (!Number.isSafeInteger(v) || v < 0) throw new XdrError(`${v} is not a whole amount from 0 to 2^53-1.`);
		w.uhyper(BigInt(v));
	},
	decode: (r) => Number(r.uhyper()),
};

/** Bytes of a fixed size without a length in front. */
export function fixedBytes(size: number): Codec<Uint8Array> {
	return {
		minimum: (size + 3) & ~3,
		encode: (w, v) => {
			if (v.length !== size) throw new XdrError(`${v.length} bytes where ${size} are needed.`);
			w.fixed(v);
		},
		decode: (r) => r.fixed(size),
	};
}

/** Text in a fixed array of C characters. XDR sends each character as an integer of four bytes; the first zero ends the text. */
export function charArray(size: number): Codec<string> {
	return {
		minimum: size * 4,
		encode: (w, v) => {
			const bytes = Buffer.from(v);
			if (bytes.length >= size) throw new XdrError(`A text of ${bytes.length} bytes does not fit into ${size}.`);
			for (let i = 0; i < size; i++) w.int(((bytes[i] ?? 0) << 24) >> 24);
		},
		decode: (r) => {
			const bytes = Buffer.alloc(size);
			for (let i = 0; i < size; i++) bytes[i] = r.int() & 0xff;
			const end = bytes.indexOf(0);
			return bytes.toString("utf8", 0, end < 0 ? size : end);
		},
	};
}

/** `T *`: a flag of four bytes, then the value when the flag is 1. */
export function optional<T>(item: Codec<T>): Codec<T | null> {
	return {
		minimum: 4,
		encode: (w, v) => {
			w.uint(v === null ? 0 : 1);
			if (v !== null) item.encode(w, v);
		},
		decode: (r) => {
			const present = r.uint();
			if (present > 1) throw new XdrError(`An optional value is marked with ${present}.`);
			return present === 1 ? item.decode(r) : null;
		},
	};
}

/** `T<>`: a count, then the items. */
export function list<T>(item: Codec<T>, limit = listLimit): Codec<T[]> {
	return {
		minimum: 4,
		encode: (w, v) => {
			if (v.length > limit) throw new XdrError(`A list of ${v.length} items, more than ${limit}.`);
			w.uint(v.length);
			for (const one of v) item.encode(w, one);
		},
		decode: (r) => {
			const count = r.count(limit, item.minimum);
			const items: T[] = [];
			for (let i = 0; i < count; i++) items.push(item.decode(r));
			return items;
		},
	};
}

/** Fields one after the other, in the order in which they are written down here. */
export function struct<T extends object>(fields: { [K in keyof T]: Codec<T[K]> }): Codec<T> {
	const keys = Object.keys(fields) as (keyof T)[];
	return {
		minimum: keys.reduce((sum, key) => sum + fields[key].minimum, 0),
		encode: (w, v) => {
			for (const key of keys) fields[key].encode(w, v[key]);
		},
		decode: (r) => {
			const value: Partial<T> = {};
			for (const key of keys) value[key] = fields[key].decode(r);
			return value as T;
		},
	};
}

/** The same bytes under another TypeScript type. */
export function mapped<Wire, T>(wire: Codec<Wire>, to: (value: Wire) => T, from: (value: T) => Wire): Codec<T> {
	return {
		minimum: wire.minimum,
		encode: (w, v) => wire.encode(w, from(v)),
		decode: (r) => to(wire.decode(r)),
	};
}
