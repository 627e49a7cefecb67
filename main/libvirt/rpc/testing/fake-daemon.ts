import { mkdtempSync, rmSync } from "node:fs";
import { createServer, type Server, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { authList, connectOpen, supportsFeature } from "../protocol/connect.ts";
import type { Procedure } from "../protocol/procedure.ts";
import { remoteError } from "../protocol/structs.ts";
import { Framer, type Packet } from "../wire/framer.ts";
import { PacketType, Program, packetHeader, Status } from "../wire/header.ts";
import type { Codec } from "../xdr/codec.ts";
import { XdrReader } from "../xdr/reader.ts";
import { XdrWriter } from "../xdr/writer.ts";

/** The fields of a packet that a test wants to be other than usual. */
export interface PacketFields {
	program?: number;
	procedure?: number;
	type?: number;
	serial?: number;
	status?: number;
	payload?: Uint8Array;
}

export function packetOf(fields: PacketFields): Buffer {
	const { program = Program.remote, procedure = 1, type = PacketType.reply, serial = 1, status = Status.ok } = fields;
	const payload = fields.payload ?? Buffer.alloc(0);
	return Buffer.concat([packetHeader({ program, procedure, type, serial, status }, payload.length), payload]);
}

export function encoded<T>(codec: Codec<T>, value: T): Buffer {
	const writer = new XdrWriter();
	codec.encode(writer, value);
	return writer.finish();
}

export function errorPayload(code: number, message: string): Buffer {
	return encoded(remoteError, {
		code,
		domain: 10,
		message,
		level: 2,
		about: null,
		text1: null,
		text2: null,
		text3: null,
		number1: 0,
		number2: 0,
		network: null,
	});
}

type Answer = (call: Packet, peer: FakePeer) => void;

/** One client of the fake daemon. */
export class FakePeer {
	readonly #socket: Socket;
	readonly #pieceSize: number;

	constructor(socket: Socket, pieceSize: number) {
		this.#socket = socket;
		this.#pieceSize = pieceSize;
	}

	/** Sends bytes as they are, in pieces of the daemon's size. */
	send(...packets: Uint8Array[]): void {
		const bytes = Buffer.concat(packets);
		for (let at = 0; at < bytes.length; at += this.#pieceSize)
			this.#socket.write(bytes.subarray(at, at + this.#pieceSize));
	}

	reply<Args, Result>(call: Packet, procedure: Procedure<Args, Result>, result: Result): void {
		this.send(
			packetOf({ ...call, type: PacketType.reply, status: Status.ok, payload: encoded(procedure.result, result) }),
		);
	}

	fail(call: Packet, code: number, message: string): void {
		this.send(
			packetOf({ ...call, type: PacketType.reply, status: Status.error, payload: errorPayload(code, message) }),
		);
	}

	end(): void {
		this.#socket.destroy();
	}
}

/**
 * A daemon for tests of what no real daemon does. It lets everybody in; what it answers to a call is what the test says,
 * and a call that it was told nothing about gets no answer.
 */
export class FakeDaemon {
	readonly socketPath: string;
	/** Every call so far, in order, of all clients. */
	readonly calls: Packet[] = [];
	readonly peers: FakePeer[] = [];
	readonly #folder = mkdtempSync(join(tmpdir(), "fake-libvirt-"));
	readonly #answers = new Map<number, Answer>();
	readonly #sockets = new Set<Socket>();
	readonly #server: Server;
	readonly #waiting = new Set<() => void>();
	#others: Answer | null = null;

	private constructor(pieceSize: number) {
		this.socketPath = join(this.#folder, "libvirt-sock");
		this.#server = createServer((socket) => {
			this.#sockets.add(socket);
			socket.setNoDelay(true);
			const peer = new FakePeer(socket, pieceSize);
			this.peers.push(peer);
			const framer = new Framer();
			socket.on("data", (bytes) => {
				for (const packet of framer.push(bytes)) this.#take(packet, peer);
			});
			// A client that leaves with bytes under way is part of these tests.
			socket.on("error", () => undefined);
			socket.on("close", () => {
				this.#sockets.delete(socket);
				this.#notify();
			});
		});
		this.answer(authList, { types: [0] });
		this.answer(connectOpen, undefined);
		this.answer(supportsFeature, { supported: false });
	}

	/** With `pieceSize` 1 every byte comes alone. */
	static async start({ pieceSize = 1 << 20 }: { pieceSize?: number } = {}): Promise<FakeDaemon> {
		const daemon = new FakeDaemon(pieceSize);
		await new Promise<void>((resolve) => daemon.#server.listen(daemon.socketPath, resolve));
		return daemon;
	}

	get clients(): number {
		return this.#sockets.size;
	}

	/** Always the same answer to a procedure. */
	answer<Args, Result>(procedure: Procedure<Args, Result>, result: Result): void {
		this.on(procedure, (call, peer) => peer.reply(call, procedure, result));
	}

	on(procedure: { number: number }, answer: Answer): void {
		this.#answers.set(procedure.number, answer);
	}

	/** For every packet that no answer was given for. */
	onOthers(answer: Answer): void {
		this.#others = answer;
	}

	argumentsOf<Args, Result>(call: Packet, procedure: Procedure<Args, Result>): Args {
		const reader = new XdrReader(call.payload);
		const args = procedure.args.decode(reader);
		reader.end();
		return args;
	}

	/** Waits until something is so. It is looked at after each packet and each client that leaves. */
	async until(condition: () => boolean): Promise<void> {
		while (!condition()) await new Promise<void>((resolve) => this.#waiting.add(resolve));
	}

	async stop(): Promise<void> {
		for (const socket of this.#sockets) socket.destroy();
		await new Promise((resolve) => this.#server.close(resolve));
		rmSync(this.#folder, { recursive: true, force: true });
	}

	#take(packet: Packet, peer: FakePeer): void {
		this.calls.push(packet);
		const answer = packet.type === PacketType.call ? this.#answers.get(packet.procedure) : undefined;
		(answer ?? this.#others)?.(packet, peer);
		this.#notify();
	}

	#notify(): void {
		const waiting = [...this.#waiting];
		this.#waiting.clear();
		for (const wake of waiting) wake();
	}
}
