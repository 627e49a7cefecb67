import { existsSync } from "node:fs";
import { dirname, join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { LibvirtConnection } from "./index.ts";
import { broughtAlong, isModular, open, startTestDaemon } from "./testing/test-daemon.ts";
import { uniqueName } from "./testing/test-guest.ts";
import { virsh } from "./testing/virsh.ts";

const folder = broughtAlong ? dirname(broughtAlong) : "";
const runs = (daemon: string): boolean => existsSync(join(folder, `${daemon}-sock`));

describe("a libvirt of several daemons", () => {
	let libvirt: LibvirtConnection;

	beforeAll(async () => {
		if (!isModular) return;
		libvirt = await open(await startTestDaemon());
	});
	afterAll(() => libvirt?.close());

	it("is found as such, and each daemon is asked for what is its own", async (context) => {
		context.skip(!isModular, "no modular daemons are here: npm run test:libvirt brings them along");
		expect(libvirt.mode).toBe("modular");
		const names = (await libvirt.networks.list()).map(({ name }) => name).sort();
		const told = await virsh(join(folder, "virtnetworkd-sock"), "network:///system", "net-list", "--all", "--name");
		expect(names).toEqual(told.split("\n").filter(Boolean).sort());
		expect((await libvirt.node.devices()).length).toBeGreaterThan(0);
	});

	it("tells what happens in each of them", async (context) => {
		context.skip(
			!isModular || !runs("virtstoraged"),
			"no daemon of storage is here: npm run test:libvirt brings one along",
		);
		const name = uniqueName("modular");
		const heard = Promise.withResolvers<string>();
		const stop = await libvirt.events.on("poolLifecycle", ({ pool, event }) => {
			if (pool.name === name) heard.resolve(event);
		});
		const pool = await libvirt.pools.defineXml(
			`<pool type='dir'><name>${name}</name><target><path>/var/tmp/${name}</path></target></pool>`,
		);
		expect(await heard.promise).toBe("defined");
		const socket = join(folder, "virtstoraged-sock");
		expect(await virsh(socket, "storage:///system", "pool-uuid", name)).toBe(pool.uuid);
		await libvirt.pools.undefine(pool);
		await stop();
	});

	it("says which daemon does not run and how it is started, and goes on with the others", async (context) => {
		context.skip(!isModular || runs("virtstoraged"), "every modular daemon runs here, or there is none");
		await expect(libvirt.pools.list()).rejects.toMatchObject({
			name: "LibvirtConnectionError",
			reason: "missing",
			message: expect.stringMatching(/^libvirt's daemon for storage \(virtstoraged\) does not run: /),
			remedy: expect.stringContaining("systemctl enable --now virtstoraged.socket"),
		});
		expect((await libvirt.networks.list()).length).toBeGreaterThanOrEqual(0);
		expect(await libvirt.domains.list()).toEqual([]);
	});
});
