import { createHash, createPrivateKey, createPublicKey, type KeyObject, sign, verify } from "node:crypto";
import { HomerangeError } from "../../contract/errors.ts";
import { readBounded } from "../blueprint/read-text.ts";

const keyLimit = 16 * 1024;
/** Base64 of 64 bytes, and the end of the line. */
export const signatureBytes = 89;

export interface SigningKey {
	readonly key: KeyObject;
	/** SHA-256 of the public key in DER. */
	readonly signer: string;
}

export function fingerprint(publicKey: KeyObject): string {
	return createHash("sha256")
		.update(publicKey.export({ type: "spki", format: "der" }))
		.digest("hex");
}

/** Reads an Ed25519 private key. INPUT_INVALID when the file holds none. */
export async function readSigningKey(file: string): Promise<SigningKey> {
	const key = await readKey(file, "private", createPrivateKey);
	return { key, signer: fingerprint(createPublicKey(key)) };
}

/** Reads an Ed25519 public key. INPUT_INVALID when the file holds none, or holds the private one. */
export async function readPublicKey(file: string): Promise<KeyObject> {
	return await readKey(file, "public", createPublicKey);
}

async function readKey(
	file: string,
	kind: "private" | "public",
	parse: (pem: Buffer) => KeyObject,
): Promise<KeyObject> {
	const pem = await readBounded(file, keyLimit, "16 KiB");
	let reason = `it holds no Ed25519 key`;
	try {
		if (kind === "private" || !pem.includes("PRIVATE KEY")) {
			const key = parse(pem);
			if (key.asymmetricKeyType === "ed25519") return key;
			reason = `its key is of the kind ${key.asymmetricKeyType ?? "unknown"}`;
		} else reason = "it holds a private key, which this machine does not need";
	} catch (error) {
		if (pem.includes("ENCRYPTED")) reason = "its key is locked by a passphrase";
		else if (!(error instanceof Error)) throw error;
	}
	throw new HomerangeError("INPUT_INVALID", `The file ${file} cannot be used as a ${kind} key: ${reason}.`, {
		place: file,
		remedy:
			kind === "private"
				? "Make one with: openssl genpkey -algorithm ed25519 -out key.pem"
				: "Make it of the private one with: openssl pkey -in key.pem -pubout -out key.pub.pem",
	});
}

/** The line that the bundle carries. */
export function signatureOf(document: Buffer, { key }: SigningKey): Buffer {
	return Buffer.from(`${sign(null, document, key).toString("base64")}\n`);
}

export function isSignedBy(document: Buffer, signature: Buffer, publicKey: KeyObject): boolean {
	const raw = Buffer.from(signature.toString("latin1").trim(), "base64");
	return raw.length === 64 && verify(null, document, publicKey, raw);
}
