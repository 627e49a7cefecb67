import { createHash, randomBytes } from "node:crypto";

const alphabet = "./0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
const rounds = 5000;
const saltLength = 16;
/** The order in which crypt(3) writes the bytes, three to four characters. */
const order = [
	[0, 21, 42],
	[22, 43, 1],
	[44, 2, 23],
	[3, 24, 45],
	[25, 46, 4],
	[47, 5, 26],
	[6, 27, 48],
	[28, 49, 7],
	[50, 8, 29],
	[9, 30, 51],
	[31, 52, 10],
	[53, 11, 32],
	[12, 33, 54],
	[34, 55, 13],
	[56, 14, 35],
	[15, 36, 57],
	[37, 58, 16],
	[59, 17, 38],
	[18, 39, 60],
	[40, 61, 19],
	[62, 20, 41],
] as const;

/** A password as /etc/shadow has it ("$6$…"), by Ulrich Drepper's specification of SHA-crypt. */
export function sha512Crypt(password: string, salt = randomSalt()): string {
	const key = Buffer.from(password, "utf8");
	const seed = Buffer.from(salt, "latin1").subarray(0, saltLength);
	let digest = firstDigest(key, seed);
	const keyBytes = stretched(sha512(...Array<Buffer>(key.length).fill(key)), key.length);
	const saltBytes = stretched(sha512(...Array<Buffer>(16 + (digest[0] ?? 0)).fill(seed)), seed.length);
	for (let round = 0; round < rounds; round++) {
		const isOdd = round % 2 === 1;
		digest = sha512(
			isOdd ? keyBytes : digest,
			...(round % 3 === 0 ? [] : [saltBytes]),
			...(round % 7 === 0 ? [] : [keyBytes]),
			isOdd ? digest : keyBytes,
		);
	}
	return `$6$${seed.toString("latin1")}$${encoded(digest)}`;
}

function firstDigest(key: Buffer, seed: Buffer): Buffer {
	const other = sha512(key, seed, key);
	const parts = [key, seed, stretched(other, key.length)];
	for (let bits = key.length; bits > 0; bits >>= 1) parts.push(bits & 1 ? other : key);
	return sha512(...parts);
}

/** The digest again and again, up to a length. */
function stretched(digest: Buffer, length: number): Buffer {
	return Buffer.concat(Array<Buffer>(Math.ceil(length / digest.length)).fill(digest)).subarray(0, length);
}

function encoded(digest: Buffer): string {
	const at = (index: number) => digest[index] ?? 0;
	const groups = order.map(([a, b, c]) => characters((at(a) << 16) | (at(b) << 8) | at(c), 4));
	return `${groups.join("")}${characters(at(63), 2)}`;
}

function characters(value: number, count: number): string {
	let text = "";
	for (let index = 0; index < count; index++) text += alphabet[(value >> (6 * index)) & 63];
	return text;
}

function sha512(...parts: readonly Buffer[]): Buffer {
	const hash = createHash("sha512");
	for (const part of parts) hash.update(part);
	return hash.digest();
}

function randomSalt(): string {
	return [...randomBytes(saltLength)].map((byte) => alphabet[byte & 63]).join("");
}
