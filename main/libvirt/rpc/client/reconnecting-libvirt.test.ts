import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { LibvirtConnectionError } from "../errors.ts";
import { domainAgent, domainLifecycle } from "../protocol/events.ts";
import type { Domain } from "../protocol/structs.ts";
import { encoded, FakeDaemon, packetOf } from "../testing/fake-daemon.ts";
import { PacketType } from "../wire/header.ts";
import { openLibvirt } from "./open-libvirt.ts";
import { type LibvirtStatus, ReconnectingLibvirt } from "./reconnecting-libvirt.ts";

const domain: Domain = { name: "web", uuid: "6695eb01-f6a4-8304-79aa-97f2502e193f", id: 3 };
const { register, deregister } = domainLifecycle.registration;
const lifecycle = packetOf({
	procedure: domainLifecycle.procedure,
	type: PacketType.message,
	payload: encoded(domainLifecycle.payload, { callback: 1, domain, event: 2, detail: 0 }),
});

let daemon: FakeDaemon;
let libvirt: ReconnectingLibvirt;
let states: LibvirtStatus["state"][];

function reconnecting(socket: string): ReconnectingLibvirt {
	const made = new ReconnectingLibvirt({ socket, firstDelayMs: 1, longestDelayMs: 20 });
	made.onStatus(({ state }) => states.push(state));
	return made;
}

function next(state: LibvirtStatus["state"]): Promise<LibvirtStatus> {
	return new Promise((resolve) => {
		const stop = libvirt.onStatus((status) => {
			if (status.state !== state) return;
			stop();
			resolve(status);
		});
	});
}

beforeEach(async () => {
	daemon = await FakeDaemon.start();
	daemon.answer(register, { callback: 1 });
	daemon.answer(deregister, undefined);
	states = [];
	libvirt = reconnecting(daemon.socketPath);
});
afterEach(async () => {
	await libvirt.close();
	await daemon.stop();
});

describe("ReconnectingLibvirt", () => {
	it("connects again when the daemon goes, with all events registered before it says so", async () => {
		const heard: string[] = [];
		libvirt.on("domainLifecycle", ({ event }) => heard.push(event));
		await libvirt.ready();
		for (let round = 0; round < 3; round++) {
			const connected = next("connected");
			daemon.peers.at(-1)?.end();
			await connected;
			daemon.peers.at(-1)?.send(lifecycle);
			await expect.poll(() => heard.length).toBe(round + 1);
		}
		expect(states).toEqual(["connected", ...Array(3).fill(["disconnected", "connected"]).flat()]);
		expect(daemon.calls.filter(({ procedure }) => procedure === register.number)).toHaveLength(4);
	});

	it("says why there is no connection, and tries on", async () => {
		await libvirt.close();
		let attempts = 0;
		libvirt = new ReconnectingLibvirt({
			firstDelayMs: 1,
			open: async () => {
				attempts++;
				if (attempts < 4) throw new LibvirtConnectionError("refused", "Nobody answers.", "Start it.");
				return openLibvirt({ socket: daemon.socketPath });
			},
		});
		const connected = next("connected");
		await expect(libvirt.ready()).rejects.toMatchObject({ reason: "refused" });
		expect(() => libvirt.current()).toThrow("Nobody answers.");
		await connected;
		expect(libvirt.current().mode).toBe("monolithic");
		expect(attempts).toBe(4);
	});

	it("tells which events a daemon does not have, and goes on with the others", async () => {
		const { event } = domainAgent;
		daemon.on(register, (call, peer) => {
			if (daemon.argumentsOf(call, register).event === event) peer.fail(call, 3, "this function is not supported");
			else peer.reply(call, register, { callback: 1 });
		});
		libvirt.on("domainAgent", () => undefined);
		libvirt.on("domainLifecycle", () => undefined);
		await libvirt.ready();
		expect(libvirt.status()).toMatchObject({ state: "connected", silentEvents: ["domainAgent"] });
	});

	it("hears of events that are asked for later, and of none any more once they are not wanted", async () => {
		await libvirt.ready();
		const heard: string[] = [];
		const stop = libvirt.on("domainLifecycle", ({ event }) => heard.push(event));
		await daemon.until(() => daemon.calls.some(({ procedure }) => procedure === register.number));
		daemon.peers[0]?.send(lifecycle);
		await expect.poll(() => heard).toEqual(["started"]);
		stop();
		await daemon.until(() => daemon.calls.some(({ procedure }) => procedure === deregister.number));
	});

	it("tries at once when it is told to", async () => {
		await libvirt.close();
		await daemon.stop();
		libvirt = new ReconnectingLibvirt({ socket: daemon.socketPath, firstDelayMs: 3_600_000 });
		await expect(libvirt.ready()).rejects.toMatchObject({ reason: "missing" });
		const again = next("disconnected");
		libvirt.retry();
		await again;
		daemon = await FakeDaemon.start();
	});

	it("ends at once in a pause, in an attempt and while it is connected", async () => {
		await libvirt.ready();
		await libvirt.close();
		expect(() => libvirt.current()).toThrow(LibvirtConnectionError);
		await daemon.until(() => daemon.clients === 0);
		libvirt = new ReconnectingLibvirt({
			open: ({ signal }) => new Promise((_, reject) => signal?.addEventListener("abort", () => reject(signal.reason))),
		});
		const waiting = libvirt.ready();
		const refused = expect(waiting).rejects.toMatchObject({ reason: "closed" });
		await libvirt.close();
		await refused;
		libvirt = new ReconnectingLibvirt({ socket: "/nowhere/libvirt-sock", firstDelayMs: 3_600_000 });
		await expect(libvirt.ready()).rejects.toMatchObject({ reason: "missing" });
	});
});
