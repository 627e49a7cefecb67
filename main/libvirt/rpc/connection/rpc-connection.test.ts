import { once } from "node:events";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { LibvirtConnectionError, LibvirtError, LibvirtTimeoutError, LibvirtTooOldError } from "../errors.ts";
import { getHostname, getLibVersion, getUri } from "../protocol/connect.ts";
import { listAll, lookupByName, openConsole } from "../protocol/domain.ts";
import { domainLifecycle } from "../protocol/events.ts";
import { downloadVolume, uploadVolume } from "../protocol/storage.ts";
import type { Domain } from "../protocol/structs.ts";
import { encoded, errorPayload, FakeDaemon, type FakePeer, packetOf } from "../testing/fake-daemon.ts";
import { unixConnector } from "../transport/unix.ts";
import type { Packet } from "../wire/framer.ts";
import { KeepAlive, PacketType, Program, Status, streamPayload } from "../wire/header.ts";
import { openConnection } from "./open-connection.ts";
import type { RpcConnection } from "./rpc-connection.ts";

const domain: Domain = { name: "web", uuid: "6695eb01-f6a4-8304-79aa-97f2502e193f", id: 3 };
const volume = { pool: "p", name: "v", key: "/p/v" };
const transfer = { volume, offset: 0, length: 0, flags: 0 };
const readOnly = { readable: true, writable: false };
const writeOnly = { readable: false, writable: true };

let daemon: FakeDaemon;
let connection: RpcConnection;

async function connect(pieceSize?: number): Promise<void> {
	daemon = await FakeDaemon.start(pieceSize ? { pieceSize } : {});
	connection = await openConnection(unixConnector(daemon.socketPath), { uri: "qemu:///system", keepAlive: false });
}

function onlyPeer(): FakePeer {
	const peer = daemon.peers[0];
	if (!peer) throw new Error("Nobody is connected.");
	return peer;
}

/** Calls of one procedure that came so far. */
function callsOf({ number }: { number: number }, type: number = PacketType.call): Packet[] {
	return daemon.calls.filter((call) => call.procedure === number && call.type === type);
}

const hostname = (): Promise<{ hostname: string }> => connection.call(getHostname, undefined);

beforeEach(() => connect());
afterEach(async () => {
	connection.close();
	await daemon.stop();
});

describe("calls", () => {
	it("understands answers that come byte by byte", async () => {
		connection.close();
		await daemon.stop();
		await connect(1);
		daemon.answer(listAll, { domains: [domain, { ...domain, id: -1 }], count: 2 });
		const { domains } = await connection.call(listAll, { needResults: true, flags: 0 });
		expect(domains.map(({ id }) => id)).toEqual([3, -1]);
	});

	it("understands many answers in one piece, in any order", async () => {
		const held: Packet[] = [];
		daemon.on(lookupByName, (call, peer) => {
			held.push(call);
			if (held.length < 3) return;
			const replies = held.toReversed().map((one) => {
				const { name } = daemon.argumentsOf(one, lookupByName);
				return packetOf({
					...one,
					type: PacketType.reply,
					payload: encoded(lookupByName.result, { domain: { ...domain, name } }),
				});
			});
			peer.send(...replies);
		});
		const names = ["a", "b", "c"];
		const found = await Promise.all(names.map((name) => connection.call(lookupByName, { name })));
		expect(found.map((one) => one.domain.name)).toEqual(names);
	});

	it("has at most four calls in flight", async () => {
		const held: [Packet, FakePeer][] = [];
		daemon.on(getHostname, (...call) => held.push(call));
		const answers = Promise.all(Array.from({ length: 20 }, hostname));
		for (let answered = 0; answered < 20; answered++) {
			const expected = Math.min(answered + 4, 20);
			await daemon.until(() => held.length === expected);
			const [call, peer] = held[answered] ?? [];
			if (call) peer?.reply(call, getHostname, { hostname: "h" });
		}
		expect(await answers).toHaveLength(20);
	});

	it("gives the daemon's error with its number", async () => {
		daemon.on(lookupByName, (call, peer) => peer.fail(call, 42, "Domain not found"));
		const error = await connection.call(lookupByName, { name: "x" }).catch((reason) => reason);
		expect(error).toBeInstanceOf(LibvirtError);
		expect(error).toMatchObject({
			code: 42,
			domain: 10,
			message: "Domain not found",
			procedure: "DOMAIN_LOOKUP_BY_NAME",
		});
	});

	it("says which libvirt an unknown call needs", async () => {
		daemon.on(listAll, (call, peer) => peer.fail(call, 39, "unknown procedure: 273"));
		const error = await connection.call(listAll, { needResults: true, flags: 0 }).catch((reason) => reason);
		expect(error).toBeInstanceOf(LibvirtTooOldError);
		expect(error.message).toMatch(/^CONNECT_LIST_ALL_DOMAINS needs libvirt >= /);
	});

	it("ends a call that is not answered in time, and goes on", async () => {
		daemon.answer(getUri, { uri: "qemu:///system" });
		const late = connection.call(getHostname, undefined, { limitMs: 20 });
		await expect(late).rejects.toBeInstanceOf(LibvirtTimeoutError);
		expect((await connection.call(getUri, undefined)).uri).toBe("qemu:///system");
		const [call] = callsOf(getHostname);
		if (call) onlyPeer().reply(call, getHostname, { hostname: "too late" });
		expect((await connection.call(getUri, undefined)).uri).toBe("qemu:///system");
	});

	it("never sends a call that was given up while it waited", async () => {
		const held: [Packet, FakePeer][] = [];
		daemon.on(getHostname, (...call) => held.push(call));
		daemon.answer(getUri, { uri: "u" });
		const first = Promise.all(Array.from({ length: 4 }, hostname));
		const given = new AbortController();
		const queued = connection.call(getLibVersion, undefined, { signal: given.signal });
		given.abort(new Error("not needed"));
		await expect(queued).rejects.toThrow("not needed");
		await daemon.until(() => held.length === 4);
		for (const [call, peer] of held) peer.reply(call, getHostname, { hostname: "h" });
		await first;
		await connection.call(getUri, undefined);
		expect(callsOf(getLibVersion)).toEqual([]);
	});

	it("gives up a daemon that answers nothing of what it took", async () => {
		const calls = Array.from({ length: 4 }, () => connection.call(getHostname, undefined, { limitMs: 20 }));
		const queued = connection.call(getUri, undefined, { limitMs: 60 });
		for (const call of calls) await expect(call).rejects.toBeInstanceOf(LibvirtTimeoutError);
		await expect(queued).rejects.toBeInstanceOf(LibvirtTimeoutError);
		expect((await connection.closed).reason).toBe("unresponsive");
	});

	it("fails all that waits when the daemon goes in the middle of a packet", async () => {
		daemon.on(getHostname, (call, peer) => {
			const reply = packetOf({
				...call,
				type: PacketType.reply,
				payload: encoded(getHostname.result, { hostname: "h" }),
			});
			peer.send(reply.subarray(0, reply.length - 3));
			peer.end();
		});
		const results = await Promise.allSettled(Array.from({ length: 6 }, hostname));
		expect(results.map((one) => one.status === "rejected" && one.reason.reason)).toEqual(Array(6).fill("closed"));
		await expect(hostname()).rejects.toBeInstanceOf(LibvirtConnectionError);
	});
});

describe("hostile answers", () => {
	const hostile: [string, (call: Packet) => Buffer][] = [
		["a length of zero", () => Buffer.alloc(28)],
		["a huge length", () => Buffer.alloc(28, 0xff)],
		["an answer to nothing", (call) => packetOf({ ...call, type: PacketType.reply, serial: 4711 })],
		["an answer of another call", (call) => packetOf({ ...call, type: PacketType.reply, procedure: 2 })],
		["a packet of an unknown type", (call) => packetOf({ ...call, type: 77 })],
		["a call", (call) => packetOf({ ...call, type: PacketType.call })],
		["an unknown status", (call) => packetOf({ ...call, type: PacketType.reply, status: 9 })],
		["text", () => Buffer.from("HTTP/1.1 400 Bad Request\r\n\r\n this is not libvirt")],
	];

	it.each(hostile)("ends the connection on %s", async (_, bytes) => {
		daemon.on(getHostname, (call, peer) => peer.send(bytes(call)));
		await expect(hostname()).rejects.toMatchObject({ reason: "protocol" });
		expect((await connection.closed).reason).toBe("protocol");
	});

	const unreadable: [string, Buffer][] = [
		["a negative count", Buffer.from("ffffffff00000000", "hex")],
		["a count without items", Buffer.from("0000100000000000", "hex")],
		["nothing", Buffer.alloc(0)],
		["too much", Buffer.alloc(64)],
		["a string with a negative length", Buffer.from("00000001ffffffff", "hex")],
	];

	it.each(unreadable)("fails only the call that is answered with %s", async (_, payload) => {
		daemon.on(listAll, (call, peer) => peer.send(packetOf({ ...call, type: PacketType.reply, payload })));
		daemon.answer(getHostname, { hostname: "still here" });
		await expect(connection.call(listAll, { needResults: true, flags: 0 })).rejects.toMatchObject({
			reason: "protocol",
		});
		expect((await hostname()).hostname).toBe("still here");
	});

	it("survives a reply with file descriptors and their stray bytes", async () => {
		daemon.on(getHostname, (call, peer) => {
			const payload = Buffer.concat([Buffer.from("00000001", "hex"), encoded(getHostname.result, { hostname: "h" })]);
			peer.send(packetOf({ ...call, type: PacketType.replyWithFds, payload }), Buffer.from("F"));
		});
		expect([(await hostname()).hostname, (await hostname()).hostname]).toEqual(["h", "h"]);
	});

	it("takes an unreadable error for an error", async () => {
		daemon.on(getHostname, (call, peer) =>
			peer.send(packetOf({ ...call, type: PacketType.reply, status: Status.error, payload: Buffer.from("00", "hex") })),
		);
		await expect(hostname()).rejects.toThrow("the reason cannot be read");
	});
});

describe("keepalive", () => {
	it("answers pings at once, also between the pieces of a stream", async () => {
		const ping = packetOf({
			program: Program.keepAlive,
			procedure: KeepAlive.ping,
			type: PacketType.message,
			serial: 0,
		});
		onlyPeer().send(ping, ping);
		const isPong = (call: Packet): boolean => call.program === Program.keepAlive && call.procedure === KeepAlive.pong;
		await daemon.until(() => daemon.calls.filter(isPong).length === 2);
		expect(daemon.calls.filter(isPong)[0]).toMatchObject({ type: PacketType.message, serial: 0, status: 0 });
	});
});

describe("events", () => {
	const { register, deregister } = domainLifecycle.registration;
	const event = (callback: number, detail = 0): Buffer =>
		packetOf({
			procedure: domainLifecycle.procedure,
			type: PacketType.message,
			payload: encoded(domainLifecycle.payload, { callback, domain, event: 2, detail }),
		});

	it("are heard in order, until they are not wanted any more", async () => {
		daemon.answer(register, { callback: 7 });
		daemon.answer(deregister, undefined);
		daemon.answer(getUri, { uri: "u" });
		const details: number[] = [];
		const unsubscribe = await connection.subscribe(domainLifecycle, null, ({ detail }) => details.push(detail));
		onlyPeer().send(event(7, 1), event(7, 2), event(8, 99), event(7, 3));
		await connection.call(getUri, undefined);
		await unsubscribe();
		onlyPeer().send(event(7, 4));
		await connection.call(getUri, undefined);
		expect(details).toEqual([1, 2, 3]);
	});

	it("are not lost when they come before the answer to the registration", async () => {
		daemon.on(register, (call, peer) => {
			peer.send(event(7, 1));
			peer.reply(call, register, { callback: 7 });
			peer.send(event(7, 2));
		});
		daemon.answer(getUri, { uri: "u" });
		const details: number[] = [];
		await connection.subscribe(domainLifecycle, null, ({ detail }) => details.push(detail));
		await connection.call(getUri, undefined);
		expect(details).toEqual([1, 2]);
	});

	it("of an unknown kind are passed over", async () => {
		daemon.answer(getUri, { uri: "u" });
		onlyPeer().send(packetOf({ procedure: 9999, type: PacketType.message, payload: Buffer.alloc(2) }));
		onlyPeer().send(packetOf({ program: 1, procedure: 1, type: PacketType.message, payload: Buffer.alloc(50) }));
		expect((await connection.call(getUri, undefined)).uri).toBe("u");
	});

	it("that cannot be read end the connection, so that no state goes stale", async () => {
		daemon.answer(register, { callback: 7 });
		await connection.subscribe(domainLifecycle, null, () => undefined);
		const payload = Buffer.from("00000007ffffffff", "hex");
		onlyPeer().send(packetOf({ procedure: domainLifecycle.procedure, type: PacketType.message, payload }));
		expect((await connection.closed).reason).toBe("protocol");
	});

	it("may call back from their handlers", async () => {
		daemon.answer(register, { callback: 7 });
		daemon.answer(getUri, { uri: "u" });
		const asked = Promise.withResolvers<string>();
		await connection.subscribe(domainLifecycle, null, () => {
			connection.call(getUri, undefined).then(({ uri }) => asked.resolve(uri), asked.reject);
		});
		onlyPeer().send(event(7));
		expect(await asked.promise).toBe("u");
	});
});

describe("streams", () => {
	const bytesOf = (call: Packet, payload: Uint8Array): Buffer =>
		packetOf({ ...call, type: PacketType.stream, status: Status.continue, payload });
	const confirmation = (call: Packet): Buffer =>
		packetOf({ ...call, type: PacketType.stream, payload: Buffer.alloc(0) });

	it("download until the daemon's empty packet, which this side has to finish", async () => {
		daemon.on(downloadVolume, (call, peer) => {
			peer.reply(call, downloadVolume, undefined);
			peer.send(bytesOf(call, Buffer.from("ab")), bytesOf(call, Buffer.from("cd")), bytesOf(call, Buffer.alloc(0)));
		});
		daemon.onOthers((packet, peer) => peer.send(confirmation(packet)));
		const { stream } = await connection.openStream(downloadVolume, transfer, readOnly);
		expect(Buffer.concat(await stream.toArray()).toString()).toBe("abcd");
		expect(callsOf(downloadVolume, PacketType.stream).map(({ status }) => status)).toEqual([Status.ok]);
	});

	it("fail at their end when the daemon says so there", async () => {
		daemon.on(downloadVolume, (call, peer) => {
			peer.reply(call, downloadVolume, undefined);
			peer.send(bytesOf(call, Buffer.from("ab")), bytesOf(call, Buffer.alloc(0)));
		});
		daemon.onOthers((packet, peer) =>
			peer.send(
				packetOf({
					...packet,
					type: PacketType.stream,
					status: Status.error,
					payload: errorPayload(38, "disk is gone"),
				}),
			),
		);
		const { stream } = await connection.openStream(downloadVolume, transfer, readOnly);
		await expect(stream.toArray()).rejects.toThrow("disk is gone");
	});

	it("upload in packets of libvirt's size and end when that is confirmed", async () => {
		const received: Buffer[] = [];
		daemon.answer(uploadVolume, undefined);
		daemon.onOthers((packet, peer) => {
			if (packet.status === Status.continue) received.push(packet.payload);
			else peer.send(confirmation(packet));
		});
		const { stream } = await connection.openStream(uploadVolume, transfer, writeOnly);
		const sent = Buffer.alloc(streamPayload * 2 + 1000, 5);
		stream.end(sent);
		await once(stream, "close");
		expect(Buffer.concat(received).equals(sent)).toBe(true);
		expect(Math.max(...received.map(({ length }) => length))).toBe(streamPayload);
	});

	it("are aborted when they are destroyed, and the connection lives on", async () => {
		daemon.answer(downloadVolume, undefined);
		daemon.answer(getUri, { uri: "u" });
		daemon.onOthers((packet, peer) => peer.send(bytesOf(packet, Buffer.from("late")), confirmation(packet)));
		const { stream } = await connection.openStream(downloadVolume, transfer, readOnly);
		stream.destroy();
		await once(stream, "close");
		expect((await connection.call(getUri, undefined)).uri).toBe("u");
		expect(callsOf(downloadVolume, PacketType.stream).map(({ status }) => status)).toEqual([Status.error]);
	});

	it("are aborted when nobody waits for them any more once they are open", async () => {
		daemon.on(downloadVolume, () => undefined);
		daemon.onOthers((packet, peer) => peer.send(confirmation(packet)));
		const given = new AbortController();
		const opening = connection.openStream(downloadVolume, transfer, readOnly, { signal: given.signal });
		await daemon.until(() => callsOf(downloadVolume).length === 1);
		given.abort();
		await expect(opening).rejects.toThrow();
		const [call] = callsOf(downloadVolume);
		if (call) onlyPeer().reply(call, downloadVolume, undefined);
		await daemon.until(() => callsOf(downloadVolume, PacketType.stream).length === 1);
		expect(callsOf(downloadVolume, PacketType.stream)[0]?.status).toBe(Status.error);
	});

	it("carry both ways, and close when the daemon closes them", async () => {
		daemon.on(openConsole, (call, peer) => {
			peer.send(bytesOf(call, Buffer.from("early ")));
			peer.reply(call, openConsole, undefined);
		});
		daemon.onOthers((packet, peer) => {
			if (packet.status !== Status.continue) peer.send(confirmation(packet));
			else
				peer.send(
					bytesOf(packet, Buffer.from("echo ")),
					bytesOf(packet, packet.payload),
					bytesOf(packet, Buffer.alloc(0)),
				);
		});
		const args = { domain, device: null, flags: 0 };
		const { stream } = await connection.openStream(openConsole, args, { readable: true, writable: true });
		stream.write("hello");
		expect(Buffer.concat(await stream.toArray()).toString()).toBe("early echo hello");
	});

	it("hold the socket back when nobody reads", async () => {
		const chunk = Buffer.alloc(streamPayload);
		daemon.on(downloadVolume, (call, peer) => {
			peer.reply(call, downloadVolume, undefined);
			for (let i = 0; i < 24; i++) peer.send(bytesOf(call, chunk));
			peer.send(bytesOf(call, Buffer.alloc(0)));
		});
		daemon.onOthers((packet, peer) => peer.send(confirmation(packet)));
		const { stream } = await connection.openStream(downloadVolume, transfer, readOnly);
		await once(stream, "readable");
		await new Promise(setImmediate);
		expect(stream.readableLength).toBeLessThan(8 * streamPayload);
		let size = 0;
		for await (const part of stream) size += part.length;
		expect(size).toBe(24 * streamPayload);
	});

	it("fail with the connection", async () => {
		daemon.answer(downloadVolume, undefined);
		const { stream } = await connection.openStream(downloadVolume, transfer, readOnly);
		onlyPeer().end();
		await expect(stream.toArray()).rejects.toMatchObject({ reason: "closed" });
	});

	it("fail on a hole that was not asked for", async () => {
		daemon.on(downloadVolume, (call, peer) => {
			peer.reply(call, downloadVolume, undefined);
			peer.send(packetOf({ ...call, type: PacketType.streamHole, status: Status.continue, payload: Buffer.alloc(12) }));
		});
		const { stream } = await connection.openStream(downloadVolume, transfer, readOnly);
		await expect(stream.toArray()).rejects.toMatchObject({ reason: "protocol" });
	});
});
