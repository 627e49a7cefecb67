import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { LibvirtConnectionError } from "../errors.ts";
import { getHostname, getUri } from "../protocol/connect.ts";
import { managedSave, screenshot } from "../protocol/domain.ts";
import type { Domain } from "../protocol/structs.ts";
import { FakeDaemon } from "../testing/fake-daemon.ts";
import { unixConnector } from "../transport/unix.ts";
import { Link } from "./link.ts";

const domain: Domain = { name: "web", uuid: "6695eb01-f6a4-8304-79aa-97f2502e193f", id: 3 };
const readOnly = { readable: true, writable: false };

let daemon: FakeDaemon;
let link: Link;
let lost: LibvirtConnectionError[];

beforeEach(async () => {
	daemon = await FakeDaemon.start();
	daemon.answer(getHostname, { hostname: "h" });
	daemon.answer(getUri, { uri: "u" });
	lost = [];
	link = new Link(unixConnector(daemon.socketPath), "qemu:///system", (reason) => lost.push(reason));
	await link.connect();
});
afterEach(async () => {
	link.close();
	await daemon.stop();
});

describe("Link", () => {
	it("opens one connection for all quick calls, also when they come at once", async () => {
		await Promise.all([link.call(getHostname, undefined), link.call(getUri, undefined), link.connect()]);
		expect(daemon.clients).toBe(1);
	});

	it("answers quick calls while slow ones fill their connection", async () => {
		daemon.on(managedSave, () => undefined);
		const given = new AbortController();
		const saves = Array.from({ length: 6 }, () =>
			link.call(managedSave, { domain, flags: 0 }, { signal: given.signal }),
		);
		const settled = Promise.allSettled(saves);
		await daemon.until(() => daemon.calls.filter(({ procedure }) => procedure === managedSave.number).length === 4);
		expect((await link.call(getHostname, undefined)).hostname).toBe("h");
		expect(daemon.clients).toBe(2);
		given.abort(new Error("enough"));
		expect((await settled).every(({ status }) => status === "rejected")).toBe(true);
	});

	it("gives each stream a connection that ends with it", async () => {
		daemon.answer(screenshot, { mime: "image/png" });
		const args = { domain, screen: 0, flags: 0 };
		const first = await link.openStream(screenshot, args, readOnly);
		const second = await link.openStream(screenshot, args, readOnly);
		expect(daemon.clients).toBe(3);
		first.stream.destroy();
		await daemon.until(() => daemon.clients === 2);
		second.stream.destroy();
		await daemon.until(() => daemon.clients === 1);
		expect(lost).toEqual([]);
	});

	it("leaves no connection behind when a stream is refused", async () => {
		daemon.on(screenshot, (call, peer) => peer.fail(call, 55, "domain is not running"));
		await expect(link.openStream(screenshot, { domain, screen: 0, flags: 0 }, readOnly)).rejects.toThrow("not running");
		await daemon.until(() => daemon.clients === 1);
	});

	it("tells that the connection is lost, once, and opens another for the next call", async () => {
		daemon.peers[0]?.end();
		await daemon.until(() => daemon.clients === 0);
		await expect.poll(() => lost.map(({ reason }) => reason)).toEqual(["closed"]);
		expect((await link.call(getHostname, undefined)).hostname).toBe("h");
	});

	it("opens the slow connection again when only that is lost", async () => {
		daemon.on(managedSave, (_, peer) => peer.end());
		await expect(link.call(managedSave, { domain, flags: 0 })).rejects.toMatchObject({ reason: "closed" });
		daemon.answer(managedSave, undefined);
		await link.call(managedSave, { domain, flags: 0 });
		expect(lost).toEqual([]);
	});

	it("does not take a connection from others when one of its callers gives up", async () => {
		daemon.answer(managedSave, undefined);
		const given = new AbortController();
		const one = link.call(managedSave, { domain, flags: 0 }, { signal: given.signal });
		const other = link.call(managedSave, { domain, flags: 0 });
		given.abort(new Error("enough"));
		await expect(one).rejects.toThrow("enough");
		await other;
	});

	it("ends everything when it is closed, and tells nobody that it was lost", async () => {
		daemon.answer(screenshot, { mime: null });
		const { stream } = await link.openStream(screenshot, { domain, screen: 0, flags: 0 }, readOnly);
		link.close();
		await expect(stream.toArray()).rejects.toMatchObject({ reason: "closed" });
		await daemon.until(() => daemon.clients === 0);
		await expect(link.call(getHostname, undefined)).rejects.toMatchObject({ reason: "closed" });
		expect(lost).toEqual([]);
	});
});
