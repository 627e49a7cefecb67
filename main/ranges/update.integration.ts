import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { RangeUpdate } from "../../contract/range-update.ts";
import { runExec } from "../docker/exec.ts";
import { leftovers } from "../testing/engine.ts";
import { openTestRanges, type TestRanges } from "./testing/open-ranges.ts";

const busybox = "homerange/busybox:1";
const other = `homerange-test/update-${process.pid}:2`;

const machine = (name: string, nics: string, o: { image?: string; command?: string; more?: string } = {}) => `
  ${name}:
    image: ${o.image ?? busybox}
    nics: [${nics}]
    command: [sh, -c, ${JSON.stringify(o.command ?? "httpd -p 80; exec sleep 100000")}]
    ready: { tcp: 80, timeout: 30s }
    ${o.more ?? ""}`;

const before = `
blueprint: 1
name: shop
networks:
  lan: { subnet: 10.0.1.0/24 }
  old: { subnet: 10.0.2.0/24 }
  dmz: { subnet: 10.0.3.0/24 }
routes: [{ from: lan, to: old }, { from: old, to: dmz }]
machines:${machine("a", "{ network: lan }")}${machine("b", "{ network: dmz, ip: 10.0.3.10 }")}
${machine("gone", "{ network: old, ip: 10.0.2.10 }")}
limits: { cpus: 1, memory: 512MiB }
`;

/** A machine and a network come before those that stay, another of each goes, routes and an image and a command change. */
const after = `
blueprint: 1
name: shop
networks:
  new: { subnet: 10.0.4.0/24 }
  dmz: { subnet: 10.0.3.0/24 }
  lan: { subnet: 10.0.1.0/24 }
routes: [{ from: lan, to: dmz }, { from: new, to: lan, ports: [80/tcp] }]
machines:${machine("first", "{ network: new }, { network: lan }")}${machine("a", "{ network: lan }")}
${machine("b", "{ network: dmz, ip: 10.0.3.10 }", { image: other, command: "echo again; httpd -p 80; exec sleep 100000" })}
limits: { cpus: 1, memory: 384MiB }
`;

let t: TestRanges;
beforeAll(async () => {
	t = await openTestRanges();
	await t.deps.host
		.current()
		.api.getImage(busybox)
		.tag({ repo: other.split(":")[0] ?? "", tag: "2" });
});
afterAll(async () => {
	await t.deps.host.current().api.getImage(other).remove();
	await t[Symbol.asyncDispose]();
});

const source = (text: string) => ({ kind: "text" as const, file: "shop.yaml", text });
const preview = (text: string): Promise<RangeUpdate> =>
	t.ranges.previewUpdate({ range: "shop-1", source: source(text) });
const update = (text: string, mayLoseData = false) =>
	t.ended(t.ranges.update({ range: "shop-1", source: source(text), mayLoseData }, "test"));

async function run(name: string, command: string) {
	const { inner, containerId } = await t.ranges.locate("shop-1", name);
	return await runExec(inner, containerId, { command: ["sh", "-c", command] });
}

/** Pairs of machines of which the first reaches the second's port 80. */
async function whoReachesWhom(): Promise<string[]> {
	const { machines } = t.ranges.get("shop-1");
	const pairs = machines.flatMap((from) => machines.filter((to) => to !== from).map((to) => ({ from, to })));
	const reached = await Promise.all(
		pairs.map(async ({ from, to }) => {
			const { exitCode } = await run(from.name, `echo | nc -w 1 ${to.nics[0]?.ip} 80`);
			return exitCode === 0 ? [`${from.name} ${to.name}`] : [];
		}),
	);
	return reached.flat().sort();
}

/** What must not change of a machine that an update leaves alone. */
async function identity(name: string) {
	const found = t.ranges.get("shop-1").machines.find((one) => one.name === name);
	const { stdout } = await run(
		name,
		"cut -d' ' -f22 /proc/1/stat; ip -o -4 addr show eth0; cat /sys/class/net/eth0/address",
	);
	return { engineId: found?.engineId, nics: found?.nics, stdout };
}

describe("a changed blueprint", () => {
	let untouched: Awaited<ReturnType<typeof identity>>;

	beforeAll(async () => {
		const [deployed] = await t.deploy(before);
		expect(deployed?.task.error).toBeNull();
		untouched = await identity("a");
		await run("b", "echo data > /kept");
	});

	test("is told in words before anything changes", async () => {
		expect(await whoReachesWhom()).toEqual(["a gone", "gone b"]);
		const { rangeName, changes, findings } = await preview(after);
		expect(rangeName).toBe("shop-1");
		expect(findings.filter(({ severity }) => severity === "error")).toEqual([]);
		expect(changes.map(({ kind, part, name, losesData }) => `${kind} ${part} ${name} ${losesData}`)).toEqual([
			"remove network old false",
			"add network new false",
			"remove routes null false",
			"remove routes null false",
			"add routes null false",
			"add routes null false",
			"remove machine gone true",
			"add machine first false",
			"recreate machine b true",
			"change limits null false",
		]);
	});

	test("that loses disks needs a word that it may", async () => {
		await expect(update(after)).rejects.toMatchObject({
			code: "STATE_CONFLICT",
			message: expect.stringContaining("b"),
		});
		expect(await identity("a")).toEqual(untouched);
	});

	test("of another name is refused", async () => {
		const text = after.replace("name: shop", "name: other");
		await expect(preview(text)).rejects.toMatchObject({ code: "INPUT_INVALID" });
		await expect(update(text)).rejects.toMatchObject({ code: "INPUT_INVALID" });
	});

	test("with an image that nobody has changes nothing", async () => {
		const text = after.replaceAll(other, "homerange-test/nobody-has-this:1");
		await expect(update(text, true)).rejects.toMatchObject({ code: "IMAGE_UNAVAILABLE" });
		expect(t.ranges.get("shop-1")).toMatchObject({ state: "running", interrupted: null, machines: [{}, {}, {}] });
		expect(await whoReachesWhom()).toEqual(["a gone", "gone b"]);
	});

	test("is applied, and what it does not name is left alone", async () => {
		await update(after, true);
		const range = t.ranges.get("shop-1");
		expect(range).toMatchObject({ state: "running", reason: null, interrupted: null });
		expect(range.machines.map(({ name, state }) => `${name} ${state}`)).toEqual(["first ready", "a ready", "b ready"]);
		expect(range.networks.map(({ name }) => name)).toEqual(["new", "dmz", "lan"]);
		expect(await identity("a")).toEqual(untouched);
		expect(await whoReachesWhom()).toEqual(["a b", "first a"]);
		expect((await run("b", "cat /kept")).exitCode).not.toBe(0);
		const { inner, host, dind } = await t.ranges.site("shop-1");
		const networks = await inner.api.listNetworks({ filters: { label: [`io.homerange.range=${range.id}`] } });
		expect(networks.map(({ Name }) => Name).sort()).toEqual(["dmz", "lan", "new"]);
		const { HostConfig } = await host.api.getContainer(dind.container).inspect();
		expect(HostConfig.Memory).toBe(384 * 1024 ** 2);
	});

	test("is what the next engine knows, and survives a stop and a start", async () => {
		await t.ended(t.ranges.stop("shop-1", undefined, "test"));
		await expect(preview(before)).rejects.toMatchObject({ code: "STATE_CONFLICT", remedy: "Start the range first." });
		await t.ended(t.ranges.start("shop-1", undefined, "test"));
		expect(await whoReachesWhom()).toEqual(["a b", "first a"]);
	});

	test("that changes nothing starts what is missing, and no more", async () => {
		const same = await identity("a");
		const { inner, containerId } = await t.ranges.locate("shop-1", "b");
		await t.ended(t.ranges.stop("shop-1", "first", "test"));
		await inner.api.getContainer(containerId).kill({ signal: "SIGKILL" });
		expect((await preview(after)).changes).toEqual([]);
		await update(after);
		const { machines } = t.ranges.get("shop-1");
		expect(machines.map(({ state }) => state)).toEqual(["stopped", "ready", "ready"]);
		expect(await identity("a")).toEqual(same);
		expect(machines[2]?.engineId).toBe(containerId);
	});

	test("that changes nothing makes again what somebody removed", async () => {
		const same = await identity("a");
		const { inner, containerId } = await t.ranges.locate("shop-1", "b");
		await inner.api.getContainer(containerId).remove({ force: true });
		await update(after);
		const range = t.ranges.get("shop-1");
		expect(range).toMatchObject({
			state: "running",
			machines: [{ state: "stopped" }, { state: "ready" }, { state: "ready" }],
		});
		expect(range.machines[2]?.engineId).not.toBe(containerId);
		expect(await identity("a")).toEqual(same);
		await t.ended(t.ranges.start("shop-1", "first", "test"));
	});

	test("goes back the same way", async () => {
		await update(before, true);
		expect(await whoReachesWhom()).toEqual(["a gone", "gone b"]);
		const { id } = t.ranges.get("shop-1");
		await t.ended(t.ranges.destroy("shop-1", "test"));
		expect(await leftovers(t.deps.host.current(), `io.homerange.range=${id}`)).toEqual([]);
	});
});
