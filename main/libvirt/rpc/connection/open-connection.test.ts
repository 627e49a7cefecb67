import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { authList, authPolkit, connectOpen, supportsFeature } from "../protocol/connect.ts";
import { FakeDaemon } from "../testing/fake-daemon.ts";
import { unixConnector } from "../transport/unix.ts";
import { type OpenOptions, openConnection } from "./open-connection.ts";
import type { RpcConnection } from "./rpc-connection.ts";

let daemon: FakeDaemon;

beforeEach(async () => {
	daemon = await FakeDaemon.start();
});
afterEach(() => daemon.stop());

function open(options: Partial<OpenOptions> = {}): Promise<RpcConnection> {
	return openConnection(unixConnector(daemon.socketPath), { uri: "qemu:///system", keepAlive: true, ...options });
}

const procedures = (): number[] => daemon.calls.map(({ procedure }) => procedure);

describe("openConnection", () => {
	it("asks how to log in, opens the driver, and asks for keepalive", async () => {
		const connection = await open();
		expect(procedures()).toEqual([authList.number, connectOpen.number, supportsFeature.number]);
		const [, opened] = daemon.calls;
		expect(opened && daemon.argumentsOf(opened, connectOpen)).toEqual({ name: "qemu:///system", flags: 0 });
		connection.close();
	});

	it("does not ask for keepalive where its consumer may stop reading", async () => {
		(await open({ keepAlive: false })).close();
		expect(procedures().slice(0, 2)).toEqual([authList.number, connectOpen.number]);
	});

	it("goes through polkit when the daemon wants it", async () => {
		daemon.answer(authList, { types: [2] });
		daemon.answer(authPolkit, { complete: true });
		(await open()).close();
		expect(procedures().slice(0, 3)).toEqual([authList.number, authPolkit.number, connectOpen.number]);
	});

	it("says what to do when polkit refuses", async () => {
		daemon.answer(authList, { types: [2] });
		daemon.on(authPolkit, (call, peer) => peer.fail(call, 45, "authentication failed: access denied by policy"));
		await expect(open()).rejects.toMatchObject({
			reason: "authentication",
			message: expect.stringContaining("access denied by policy"),
			remedy: expect.stringContaining("usermod -aG libvirt"),
		});
		await daemon.until(() => daemon.clients === 0);
	});

	it("does not try a login that it cannot do", async () => {
		daemon.answer(authList, { types: [1] });
		await expect(open()).rejects.toMatchObject({ reason: "authentication", message: expect.stringContaining("SASL") });
		await daemon.until(() => daemon.clients === 0);
	});

	it("leaves nothing open when the driver refuses", async () => {
		daemon.on(connectOpen, (call, peer) => peer.fail(call, 38, "no such driver"));
		await expect(open()).rejects.toThrow("no such driver");
		await daemon.until(() => daemon.clients === 0);
	});

	it("leaves nothing open when nobody waits any more", async () => {
		daemon.on(connectOpen, () => undefined);
		const given = new AbortController();
		const opening = open({ signal: given.signal });
		await daemon.until(() => procedures().includes(connectOpen.number));
		given.abort(new Error("enough"));
		await expect(opening).rejects.toThrow("enough");
		await daemon.until(() => daemon.clients === 0);
	});

	it("tells a socket that is not there from one on which nobody answers", async () => {
		const { socketPath } = daemon;
		await daemon.stop();
		await expect(open()).rejects.toMatchObject({ reason: "missing", message: expect.stringContaining(socketPath) });
		daemon = await FakeDaemon.start();
	});
});
