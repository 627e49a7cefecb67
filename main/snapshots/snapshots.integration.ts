import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { heldSnapshots } from "./snapshot-image.ts";
import { openTestSnapshots, type TestSnapshots } from "./testing/open-snapshots.ts";

const busybox = "homerange/busybox:1";
const soon = () => AbortSignal.timeout(60_000);

/** A machine whose first process writes down each tenth of a second, so that it can be seen to go on. */
const ticking = "httpd -p 80; while :; do echo tick >>/ticks; sleep 0.1; done";
const shop = `
blueprint: 1
name: shop
networks:
  lan: { subnet: 10.0.1.0/24, internet: true }
  dmz: { subnet: 10.0.2.0/24 }
routes: [{ from: lan, to: dmz, ports: [80/tcp] }]
machines:
  web:
    image: ${busybox}
    nics: [{ network: dmz, ip: 10.0.2.10, mac: "02:42:0a:00:02:aa" }]
    command: [sh, -c, ${JSON.stringify(ticking)}]
    environment: { COLOR: red }
    files: [{ path: /etc/greeting, content: "hello\\n" }]
    ready: { tcp: 80, timeout: 30s }
    console: { vnc: 5900 }
    memory: 64MiB
    labels: { team: blue }
  client: { image: "${busybox}", nics: [{ network: lan, ip: 10.0.1.10 }], command: [sleep, "100000"] }
`;
const from = (snapshot: string, more = "") => `
blueprint: 1
name: again
networks: { lan: { subnet: 10.0.9.0/24 } }
machines:
  copy: { snapshot: ${snapshot}, nics: [{ network: lan, ip: 10.0.9.10 }]${more} }
`;
/** Changes of every kind: a new file, a changed one, one that is gone, a mode, a link, an empty folder. */
const change =
	"head -c 300000 /dev/urandom >/random; echo changed >/etc/greeting; rm /bin/wget; mkdir -p /new/empty; " +
	"chmod 4711 /random; ln -s /random /link; chown 7:8 /new";
const sums =
	"sha256sum /random /etc/greeting; ls -ln /random | cut -c1-10; readlink /link; stat -c '%u:%g' /new; ls /new; ls /bin/wget 2>&1 || true";

let t: TestSnapshots;
beforeAll(async () => {
	t = await openTestSnapshots();
	const [deployed] = await t.deploy(shop);
	expect(deployed?.task.error).toBeNull();
});
afterAll(async () => {
	await t[Symbol.asyncDispose]();
});

const machineStates = (range: string) => t.ranges.get(range).machines.map(({ name, state }) => `${name} ${state}`);
const take = (machine: string, name: string) =>
	t.ended(
		t.saved.takeMachine({ range: "shop-1", machine, name, description: "as attacked", tags: ["exercise"] }, "test"),
	);

describe("a machine's snapshot", () => {
	let expected = "";

	test("is taken while it runs, which it goes on doing", async () => {
		await t.run("shop-1", "web", change);
		expected = await t.run("shop-1", "web", sums);
		const task = await take("web", "attacked");
		expect(task.steps.map(({ id, state }) => `${id} ${state}`)).toEqual(["save done", "bring done", "clear done"]);
		expect(task.steps[1]?.progress?.done).toBeGreaterThan(300_000);
		expect(machineStates("shop-1")).toEqual(["web ready", "client running"]);
		await t.goesOn("shop-1", "web", "/ticks");
		const { inner } = await t.ranges.site("shop-1");
		expect(await heldSnapshots(inner, soon())).toEqual(new Set());
	});

	test("says what it is, where it is from and what it takes", async () => {
		const found = await t.saved.get("attacked");
		expect(found).toMatchObject({
			name: "attacked",
			description: "as attacked",
			tags: ["exercise"],
			provider: "docker",
			image: `homerange/snapshot:${found.id}`,
			present: true,
			source: { machine: "web", range: "shop-1", kind: "image", name: busybox, image: busybox },
			parent: null,
			children: [],
			rangeSnapshot: null,
			users: [],
			defaults: {
				command: ["sh", "-c", ticking],
				environment: { COLOR: "red" },
				vncPort: 5900,
				consoles: ["shell", "vnc"],
				memoryBytes: 64 * 1024 ** 2,
				readiness: { kind: "tcp", port: 80, timeoutMs: 30_000 },
			},
		});
		expect(found.ownBytes).toBeGreaterThan(300_000);
		expect(found.sharedBytes).toBeGreaterThan(0);
		expect(found.sizeBytes).toBe(found.ownBytes + found.sharedBytes);
		const { labels } = await t.deps.host
			.current()
			.api.getImage(found.image)
			.inspect()
			.then(({ Config }) => ({ labels: Config.Labels }));
		expect(labels).toMatchObject({ "io.homerange.role": "snapshot", "io.homerange.range": "", team: "blue" });
	});

	test("is what a machine of another range starts from, with its changes, configuration and defaults", async () => {
		const [deployed] = await t.deploy(from("attacked"));
		expect(deployed?.task.error).toBeNull();
		expect(machineStates("again-1")).toEqual(["copy ready"]);
		expect(await t.run("again-1", "copy", sums)).toBe(expected);
		expect(await t.run("again-1", "copy", "echo $COLOR; tr '\\0' ' ' </proc/1/cmdline")).toBe(`red\nsh -c ${ticking} `);
		expect(t.ranges.get("again-1").machines[0]).toMatchObject({
			source: { kind: "snapshot", name: "attacked" },
			memoryBytes: 64 * 1024 ** 2,
			consoles: ["shell", "vnc"],
		});
	});

	test("gives way to what the machine itself says", async () => {
		const own =
			', command: [sleep, "1000"], environment: { COLOR: blue }, memory: 32MiB, console: { vnc: 5901 }, ready: { exec: ["true"] }';
		const [deployed] = await t.deploy(from("attacked", own), { name: "own" });
		expect(deployed?.task.error).toBeNull();
		expect(await t.run("own", "copy", "echo $COLOR; tr '\\0' ' ' </proc/1/cmdline")).toBe("blue\nsleep 1000 ");
		expect(t.ranges.get("own").machines[0]).toMatchObject({ memoryBytes: 32 * 1024 ** 2, state: "ready" });
		await t.ended(t.ranges.destroy("own", "test"));
	});

	test("of a machine that came from one stands on that", async () => {
		await t.run("again-1", "copy", "echo more >/more");
		await t.ended(t.saved.takeMachine({ range: "again-1", machine: "copy", name: "further" }, "test"));
		const [parent, child] = [await t.saved.get("attacked"), await t.saved.get("further")];
		expect(child.parent).toEqual({ id: parent.id, name: "attacked" });
		expect(parent.children).toEqual([{ id: child.id, name: "further" }]);
		expect(child.ownBytes).toBeLessThan(parent.ownBytes);
	});

	test("cannot be deleted while something stands on it, and says what", async () => {
		await expect(t.saved.delete("attacked", "test")).rejects.toMatchObject({
			code: "IN_USE",
			message: expect.stringMatching(/copy of again-1 and the snapshot further/),
		});
		await t.ended(t.ranges.destroy("again-1", "test"));
		await expect(t.saved.delete("attacked", "test")).rejects.toMatchObject({
			message: expect.stringContaining("further"),
		});
		const { id } = await t.saved.get("further");
		await t.saved.delete("further", "test");
		expect(await heldSnapshots(t.deps.host.current(), soon())).not.toContain(id);
	});

	test("can be taken of a stopped machine, and of a frozen one, which stays so", async () => {
		await t.ended(t.ranges.stop("shop-1", "client", "test"));
		await take("client", "still");
		expect(machineStates("shop-1")).toEqual(["web ready", "client stopped"]);
		await t.ended(t.ranges.start("shop-1", "client", "test"));
		// The inner engine of the other profile cannot pause a single machine.
		if (t.ranges.get("shop-1").dind?.profile === "privileged") {
			await t.ended(t.ranges.pause("shop-1", "client", "test"));
			await take("client", "frozen");
			expect(machineStates("shop-1")).toEqual(["web ready", "client paused"]);
			await t.ended(t.ranges.resume("shop-1", "client", "test"));
			await t.saved.delete("frozen", "test");
		}
		expect((await t.saved.get("still")).defaults.command).toEqual(["sleep", "100000"]);
		await t.saved.delete("still", "test");
	});

	test("has a name that only one gets, also at the same time", async () => {
		const both = await Promise.allSettled([take("web", "one"), take("client", "one")]);
		expect(both.map(({ status }) => status).sort()).toEqual(["fulfilled", "rejected"]);
		expect(both.find(({ status }) => status === "rejected")).toMatchObject({ reason: { code: "NAME_TAKEN" } });
		await expect(take("web", "one")).rejects.toMatchObject({ code: "NAME_TAKEN" });
		await t.saved.edit({ snapshot: "one", name: "two", description: "said", tags: [] }, "test");
		expect(await t.saved.get("two")).toMatchObject({ name: "two", description: "said", tags: [] });
		await expect(t.saved.edit({ snapshot: "two", name: "attacked" }, "test")).rejects.toMatchObject({
			code: "NAME_TAKEN",
		});
		await t.saved.delete("two", "test");
	});

	test("whose image was removed behind our back is told, and a deploy of it is refused before anything is made", async () => {
		await take("client", "lost");
		const { image } = await t.saved.get("lost");
		await t.deps.host.current().api.getImage(image).remove();
		expect((await t.saved.get("lost")).present).toBe(false);
		await expect(t.deploy(from("lost"))).rejects.toMatchObject({
			code: "PREFLIGHT_FAILED",
			message: expect.stringContaining("is gone"),
		});
		expect(t.ranges.list().map(({ name }) => name)).toEqual(["shop-1"]);
		await t.saved.delete("lost", "test");
	});
});
