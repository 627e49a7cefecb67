import { createCipheriv } from "node:crypto";
import { Duplex } from "node:stream";
import { HomerangeError } from "../../../contract/errors.ts";

/** RFC 6143, section 7.1: what both sides say before the first message. */
const version = Buffer.from("RFB 003.008\n", "latin1");
const securityNone = 1;
const securityVnc = 2;
const challengeBytes = 16;
const loginLimitMs = 10_000;
const reasonLimit = 1024;

/**
 * Logs in at a VNC server that wants a password, and gives a stream that greets its client like a server that wants
 * none: the password never leaves the engine.
 */
export async function loggedIn(server: Duplex, password: string): Promise<Duplex> {
	const timer = setTimeout(() => server.destroy(refused("it did not answer in time")), loginLimitMs);
	try {
		const reader = new ByteReader(server);
		const greeting = await reader.take(version.length);
		if (!/^RFB 003\.\d{3}\n$/.test(greeting.toString("latin1"))) throw refused("it does not speak VNC");
		server.write(version);
		const [count = 0] = await reader.take(1);
		if (count === 0) throw refused(await reasonOf(reader));
		const types = await reader.take(count);
		if (types.includes(securityVnc)) {
			server.write(Buffer.from([securityVnc]));
			server.write(answerTo(await reader.take(challengeBytes), password));
		} else if (types.includes(securityNone)) server.write(Buffer.from([securityNone]));
		else throw refused("it wants a login of a kind that Homerange does not know");
		if ((await reader.take(4)).readUInt32BE() !== 0) throw refused(await reasonOf(reader));
		return new Greeting(server, reader.rest());
	} catch (error) {
		server.destroy();
		throw error;
	} finally {
		clearTimeout(timer);
	}
}

/** DES of the challenge; VNC takes each byte of the password with its bits in reverse. */
export function answerTo(challenge: Buffer, password: string): Buffer {
	const key = Buffer.alloc(8);
	Buffer.from(password, "latin1").copy(key, 0, 0, 8);
	const reversed = key.map((byte) => {
		let result = 0;
		for (let bit = 0; bit < 8; bit++) if (byte & (1 << bit)) result |= 0x80 >> bit;
		return result;
	});
	// Three times the same key is plain DES, which OpenSSL itself no longer offers.
	const cipher = createCipheriv("des-ede3-ecb", Buffer.concat([reversed, reversed, reversed]), null);
	cipher.setAutoPadding(false);
	return Buffer.concat([cipher.update(challenge), cipher.final()]);
}

async function reasonOf(reader: ByteReader): Promise<string> {
	const length = (await reader.take(4)).readUInt32BE();
	const text = await reader.take(Math.min(length, reasonLimit));
	return (
		text
			.toString("latin1")
			.replaceAll(/[^\x20-\x7e]/g, " ")
			.trim() || "it refused the login"
	);
}

function refused(why: string): HomerangeError {
	return new HomerangeError("ENGINE_REFUSED", `The VM's VNC server cannot be used: ${why}.`, {
		remedy: "Stop the VM and start it again.",
	});
}

/** Takes exactly so many bytes at a time from a stream. */
class ByteReader {
	readonly #stream: Duplex;
	#buffer = Buffer.alloc(0);

	constructor(stream: Duplex) {
		this.#stream = stream;
	}

	async take(count: number): Promise<Buffer> {
		while (this.#buffer.length < count) {
			const chunk: Buffer | null = this.#stream.read();
			if (chunk !== null) {
				this.#buffer = Buffer.concat([this.#buffer, chunk]);
				continue;
			}
			await this.#moreOrEnd();
		}
		const taken = this.#buffer.subarray(0, count);
		this.#buffer = this.#buffer.subarray(count);
		return taken;
	}

	rest(): Buffer {
		return this.#buffer;
	}

	#moreOrEnd(): Promise<void> {
		return new Promise((resolve, reject) => {
			const stream = this.#stream;
			const settle = (error?: Error) => {
				stream.off("readable", onReadable).off("error", onEnd).off("end", onEnd).off("close", onEnd);
				if (error) reject(error);
				else resolve();
			};
			const onReadable = () => settle();
			const onEnd = (error?: Error) => settle(error ?? refused("it ended the connection"));
			if (stream.destroyed || stream.readableEnded) return onEnd();
			stream.once("readable", onReadable).once("error", onEnd).once("end", onEnd).once("close", onEnd);
		});
	}
}

/** The server side of a greeting without a password; afterwards every byte passes as it is. */
class Greeting extends Duplex {
	readonly #server: Duplex;
	#said = Buffer.alloc(0);
	#state: "version" | "security" | "open" = "version";

	constructor(server: Duplex, rest: Buffer) {
		super();
		this.#server = server;
		this.push(version);
		server.on("data", (bytes: Buffer) => {
			if (!this.push(bytes)) server.pause();
		});
		server.once("end", () => this.push(null)).once("error", (error) => this.destroy(error));
		server.once("close", () => this.destroy());
		server.pause();
		if (rest.length > 0) server.unshift(rest);
	}

	override _read(): void {
		if (this.#state === "open") this.#server.resume();
	}

	override _write(bytes: Buffer, _encoding: BufferEncoding, callback: (error?: Error | null) => void): void {
		try {
			const passed = this.#state === "open" ? bytes : this.#hear(bytes);
			if (passed.length > 0) this.#server.write(passed, callback);
			else callback();
		} catch (error) {
			callback(error instanceof Error ? error : new Error(String(error)));
		}
	}

	/** The client's part of the greeting. Gives what of it is for the server. */
	#hear(bytes: Buffer): Buffer {
		this.#said = Buffer.concat([this.#said, bytes]);
		if (this.#state === "version" && this.#said.length >= version.length) {
			this.#said = this.#said.subarray(version.length);
			this.#state = "security";
			this.push(Buffer.from([1, securityNone]));
		}
		if (this.#state !== "security" || this.#said.length === 0) return Buffer.alloc(0);
		if (this.#said[0] !== securityNone) throw refused("its client wants another login");
		this.#state = "open";
		this.push(Buffer.alloc(4));
		this.#server.resume();
		return this.#said.subarray(1);
	}

	override _final(callback: () => void): void {
		this.#server.end(callback);
	}

	override _destroy(error: Error | null, callback: (error?: Error | null) => void): void {
		this.#server.destroy();
		callback(error);
	}
}
