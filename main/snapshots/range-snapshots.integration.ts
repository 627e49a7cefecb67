import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { heldSnapshots } from "./snapshot-image.ts";
import { openTestSnapshots, type TestSnapshots } from "./testing/open-snapshots.ts";

const busybox = "homerange/busybox:1";
const soon = () => AbortSignal.timeout(60_000);
const counting = "n=0; while :; do n=$((n+1)); echo $n >/count; cp /count /copy; sleep 0.05; done";

const lab = (o: { lan?: string; routes?: string } = {}) => `
blueprint: 1
name: lab
title: A lab
networks:
  lan: { subnet: ${o.lan ?? "10.0.1.0/24"} }
  dmz: { subnet: 10.0.2.0/24 }
routes: [${o.routes ?? "{ from: lan, to: dmz, ports: [80/tcp] }"}]
machines:
  web:
    image: ${busybox}
    nics: [{ network: dmz, ip: 10.0.2.10, mac: "02:42:0a:00:02:aa" }]
    command: [sh, -c, "httpd -p 80; exec sleep 100000"]
    files: [{ path: /etc/greeting, content: "hello\\n" }]
    ready: { tcp: 80, timeout: 30s }
  client:
    image: ${busybox}
    nics: [{ network: lan }]
    command: [sh, -c, ${JSON.stringify(counting)}]
    depends_on: { web: ready }
`;

let t: TestSnapshots;
beforeAll(async () => {
	t = await openTestSnapshots();
	const [deployed] = await t.deploy(lab());
	expect(deployed?.task.error).toBeNull();
	await t.run("lab-1", "web", "head -c 500000 /dev/urandom >/random; echo changed >/etc/greeting; rm /bin/wget");
	await t.run("lab-1", "client", "head -c 100000 /dev/urandom >/own; ln -s /own /link");
});
afterAll(async () => {
	await t[Symbol.asyncDispose]();
});

const take = async (name: string) => await t.ended(t.saved.takeRange({ range: "lab-1", name }, "test"));
const restore = async (name: string) => await t.ended(t.saved.restore({ range: "lab-1", snapshot: name }, "test"));
const sums = async (range: string) => ({
	web: await t.run(range, "web", "sha256sum /random /etc/greeting; ls /bin/wget 2>&1 || true"),
	client: await t.run(range, "client", "sha256sum /own; readlink /link"),
});
const identity = (range: string) => {
	const { networks, routes, machines } = t.ranges.get(range);
	return {
		networks,
		routes,
		machines: machines.map(({ id, name, nics, dependsOn }) => ({ id, name, nics, dependsOn })),
	};
};
const reaches = async (range: string) =>
	await t.run(range, "client", "echo | nc -w 2 10.0.2.10 80 && echo yes || echo no");

describe("a range's snapshot", () => {
	let before: Awaited<ReturnType<typeof sums>>;
	let same: ReturnType<typeof identity>;

	test("holds every machine in the same instant, and the range goes on", async () => {
		before = await sums("lab-1");
		same = identity("lab-1");
		const task = await take("monday");
		expect(task.kind).toBe("snapshot");
		expect(t.ranges.get("lab-1")).toMatchObject({ state: "running", interrupted: null });
		expect(t.ranges.get("lab-1").machines.map(({ state }) => state)).toEqual(["ready", "running"]);
		await t.goesOn("lab-1", "client", "/count");
		const found = t.saved.getRange("monday");
		expect(found).toMatchObject({
			name: "monday",
			range: { name: "lab-1" },
			blueprint: { name: "lab", title: "A lab" },
			machines: [{ name: "web", snapshot: { name: "monday/web" } }, { name: "client" }],
			networks: same.networks,
			routes: same.routes,
			users: [],
		});
		expect(found.sizeBytes).toBe(found.ownBytes + found.sharedBytes);
		expect(found.machines[0]?.ownBytes).toBeGreaterThan(500_000);
		expect((await t.saved.list()).map(({ name, present }) => `${name} ${present}`)).toEqual([
			"monday/web true",
			"monday/client true",
		]);
		const { inner } = await t.ranges.site("lab-1");
		expect(await heldSnapshots(inner, soon())).toEqual(new Set());
	});

	test("is not touched by what becomes of the range", async () => {
		await t.ended(
			t.ranges.update(
				{ range: "lab-1", source: source(lab({ lan: "10.0.5.0/24", routes: "" })), mayLoseData: true },
				"test",
			),
		);
		await t.run("lab-1", "web", "rm /random; echo again >/etc/greeting");
		expect(await reaches("lab-1")).toBe("no\n");
	});

	test("brings the range back byte for byte, with its addresses, networks and routes", async () => {
		const task = await restore("monday");
		expect(task.kind).toBe("restore");
		expect(t.ranges.get("lab-1")).toMatchObject({ state: "running", reason: null, interrupted: null });
		expect(identity("lab-1")).toEqual(same);
		expect(await sums("lab-1")).toEqual(before);
		expect(await reaches("lab-1")).toBe("yes\n");
		expect(await t.run("lab-1", "web", "cat /sys/class/net/eth0/address")).toBe("02:42:0a:00:02:aa\n");
		const { inner, id } = await t.ranges.site("lab-1");
		const left = await inner.api.listContainers({ all: true, filters: { label: [`io.homerange.range=${id}`] } });
		expect(left).toHaveLength(2);
	});

	test("brings back a range that was stopped, too", async () => {
		await t.run("lab-1", "web", "rm /random");
		await t.ended(t.ranges.stop("lab-1", undefined, "test"));
		await expect(take("tuesday")).rejects.toMatchObject({ code: "STATE_CONFLICT" });
		await restore("monday");
		expect(t.ranges.get("lab-1")).toMatchObject({ state: "running", interrupted: null });
		expect(await sums("lab-1")).toEqual(before);
	});

	test("is what any number of new ranges come from", async () => {
		const request = { source: { kind: "range-snapshot" as const, name: "monday" }, copies: 2 };
		const preview = await t.ranges.preview(request);
		expect(preview).toMatchObject({
			rangeName: "lab-2",
			machines: [{ source: { kind: "snapshot", name: "monday/web" } }, {}],
		});
		expect(preview.images.every(({ present }) => present)).toBe(true);
		const started = await t.ranges.deploy(request, "test");
		await Promise.all(started.map((one) => t.ended(one)));
		for (const { rangeName } of started) {
			expect(await sums(rangeName)).toEqual(before);
			expect(await reaches(rangeName)).toBe("yes\n");
		}
		await expect(
			t.ranges.preview({ ...request, source: { kind: "range-snapshot", name: "nobody" } }),
		).rejects.toMatchObject({
			code: "SNAPSHOT_NOT_FOUND",
		});
		await t.ended(t.ranges.destroy("lab-3", "test"));
	});

	test("cannot be deleted while ranges stand on it, nor can its parts alone", async () => {
		await expect(t.saved.deleteRange("monday", "test")).rejects.toMatchObject({
			code: "IN_USE",
			message: expect.stringContaining("web of lab-2"),
		});
		await expect(t.saved.delete("monday/web", "test")).rejects.toMatchObject({ code: "STATE_CONFLICT" });
		await expect(take("monday")).rejects.toMatchObject({ code: "NAME_TAKEN" });
		await t.ended(t.ranges.destroy("lab-2", "test"));
	});

	test("of a range that was restored stands on the one before", async () => {
		await take("later");
		expect(await t.saved.get("later/web")).toMatchObject({ parent: { name: "monday/web" } });
		await t.saved.deleteRange("later", "test");
	});

	test("that is cancelled leaves nothing, and the range running", async () => {
		const held = await heldSnapshots(t.deps.host.current(), soon());
		for (const step of ["save", "bring"]) {
			const started = await t.saved.takeRange({ range: "lab-1", name: "never" }, "test");
			await t.begun(step);
			t.deps.tasks.cancel(started.taskId);
			expect(await t.deps.tasks.whenEnded(started.taskId)).toMatchObject({ state: "cancelled" });
			expect(t.ranges.get("lab-1")).toMatchObject({ state: "running", interrupted: null });
			const { inner } = await t.ranges.site("lab-1");
			expect([...(await heldSnapshots(inner, soon()))].filter((id) => !held.has(id))).toEqual([]);
			expect(await heldSnapshots(t.deps.host.current(), soon())).toEqual(held);
			await t.goesOn("lab-1", "client", "/count");
		}
		expect(t.saved.listRanges().map(({ name }) => name)).toEqual(["monday"]);
	});
});

const source = (text: string) => ({ kind: "text" as const, file: "lab.yaml", text });
