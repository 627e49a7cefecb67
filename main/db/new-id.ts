import { randomBytes } from "node:crypto";

const alphabet = "abcdefghijklmnopqrstuvwxyz234567";

/** A random id of 20 characters [a-z2-7] (100 bits): fit for Docker names, labels and paths. */
export function newId(): string {
	return Array.from(randomBytes(20), (byte) => alphabet[byte & 31]).join("");
}
