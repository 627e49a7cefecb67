import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { runExec } from "../docker/exec.ts";
import { leftovers, rangeLeftovers } from "../testing/engine.ts";
import { openTestRanges, type TestRanges } from "./testing/open-ranges.ts";

const pair = `
blueprint: 1
name: pair
networks:
  lan: { subnet: 10.0.1.0/24 }
  dmz: { subnet: 10.0.2.0/24, gateway: 10.0.2.254 }
machines:
  web:
    image: homerange/busybox:1
    hostname: www
    nics:
      - { network: lan, ip: 10.0.1.10, mac: "02:42:0a:00:01:99" }
      - { network: dmz, ip: 10.0.2.10, default: true }
    command: [sh, -c, "echo up; exec httpd -f -p 80 -h /srv"]
    environment: { COLOR: "deep red" }
    files:
      - { path: /srv/index.html, content: "hello\\n", mode: "0644" }
      - { path: /opt/new/secret, content: "s", mode: "0600" }
    ready: { http: "80/", timeout: 30s }
    post_boot: ["echo booted > /tmp/booted"]
  client:
    image: homerange/busybox:1
    nics: [{ network: lan, ip: 10.0.1.20 }]
    command: [sleep, "100000"]
    depends_on: { web: ready }
`;

let t: TestRanges;
let stepHook: (step: { rangeId: string; id: string; moment: string }) => void = () => undefined;

beforeAll(async () => {
	t = await openTestRanges({ onStep: (step) => stepHook(step) });
});
afterAll(async () => {
	await t[Symbol.asyncDispose]();
});

async function run(range: string, machine: string, command: string): Promise<string> {
	const { inner, containerId } = await t.ranges.locate(range, machine);
	const { exitCode, stdout, stderr } = await runExec(inner, containerId, { command: ["sh", "-c", command] });
	expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: "" });
	return stdout.trim();
}

/** What the machine itself sees of its NICs: "eth0 10.0.1.10/24 mac", and its default route. */
async function nicsInside(range: string): Promise<string[]> {
	const script = `for n in eth0 eth1; do
		echo "$n $(ip -o -4 addr show $n | awk '{print $4}') $(cat /sys/class/net/$n/address)"; done
		ip route | awk '/^default/ {print $3, $5}'`;
	return (await run(range, "web", script)).split("\n");
}
const exactNics = ["eth0 10.0.1.10/24 02:42:0a:00:01:99", "eth1 10.0.2.10/24 02:42:0a:00:02:0a", "10.0.2.254 eth1"];

describe("two copies of one blueprint at once", () => {
	let names: string[] = [];

	beforeAll(async () => {
		const deployed = await t.deploy(pair, { copies: 2 });
		for (const { task } of deployed) expect(task.error).toBeNull();
		names = deployed.map(({ rangeName }) => rangeName);
	});

	test("are both running, under the next free names", () => {
		expect(names).toEqual(["pair-1", "pair-2"]);
		for (const name of names) {
			const { state, reason, machines } = t.ranges.get(name);
			expect({ state, reason }).toEqual({ state: "running", reason: null });
			expect(machines.map((machine) => machine.state)).toEqual(["ready", "running"]);
		}
	});

	test("have exactly the same addresses, MACs, interface order and default route", async () => {
		for (const name of names) expect(await nicsInside(name)).toEqual(exactNics);
	});

	test("have hostname, environment, files and post_boot applied", async () => {
		const script = `hostname; echo "$COLOR"; cat /srv/index.html; stat -c "%a %u:%g" /opt/new/secret /opt/new; cat /tmp/booted`;
		expect((await run("pair-1", "web", script)).split("\n")).toEqual([
			"www",
			"deep red",
			"hello",
			"600 0:0",
			"755 0:0",
			"booted",
		]);
	});

	test("started the client after the web server was ready", () => {
		const task = t.deps.tasks.list().find((candidate) => candidate.rangeName === "pair-1");
		const step = (id: string) => task?.steps.find((candidate) => candidate.id === id);
		expect(Date.parse(step("start:client")?.startedAt ?? "")).toBeGreaterThanOrEqual(
			Date.parse(step("ready:web")?.endedAt ?? ""),
		);
	});

	test("a taken name is refused before anything is made", async () => {
		const source = { kind: "text" as const, file: "x.yaml", text: pair };
		await expect(t.ranges.deploy({ source, copies: 1, name: "pair-1" }, "test")).rejects.toMatchObject({
			code: "NAME_TAKEN",
		});
	});

	test("a machine that dies is shown failed, by its event, with its exit code and last words", async () => {
		const gone = new AbortController();
		const changes = t.deps.changes.subscribe(gone.signal);
		const { inner, containerId } = await t.ranges.locate("pair-2", "web");
		await inner.api.getContainer(containerId).kill({ signal: "SIGKILL" });
		for await (const change of changes) {
			if (change.kind === "range" && change.range.name === "pair-2" && change.range.state === "degraded") break;
		}
		gone.abort();
		const [web] = t.ranges.get("pair-2").machines;
		expect(web).toMatchObject({ state: "failed", reason: expect.stringMatching(/code 137.*up/) });
	});

	test("starting the range again brings back what failed, and only that", async () => {
		const before = await run("pair-2", "client", "cat /proc/1/stat");
		await t.ended(t.ranges.start("pair-2", undefined, "test"));
		expect(t.ranges.get("pair-2")).toMatchObject({ state: "running", reason: null });
		expect(await run("pair-2", "client", "cat /proc/1/stat")).toBe(before);
		expect(await nicsInside("pair-2")).toEqual(exactNics);
	});

	test("stop and start keep data, addresses and MACs", async () => {
		await run("pair-1", "web", "echo kept > /opt/kept");
		await t.ended(t.ranges.stop("pair-1", undefined, "test"));
		const stopped = t.ranges.get("pair-1");
		expect(stopped).toMatchObject({ state: "stopped", reason: null });
		expect(stopped.machines.map((machine) => machine.state)).toEqual(["stopped", "stopped"]);
		await t.ended(t.ranges.start("pair-1", undefined, "test"));
		expect(t.ranges.get("pair-1")).toMatchObject({ state: "running", reason: null });
		expect(await nicsInside("pair-1")).toEqual(exactNics);
		expect(await run("pair-1", "web", "cat /opt/kept")).toBe("kept");
	});

	test("one machine is stopped, started, restarted, and the range says what is so", async () => {
		await t.ended(t.ranges.stop("pair-1", "web", "test"));
		expect(t.ranges.get("pair-1")).toMatchObject({ state: "running", machines: [{ state: "stopped" }, {}] });
		await t.ended(t.ranges.start("pair-1", "web", "test"));
		await t.ended(t.ranges.restart("pair-1", "web", "test"));
		expect(t.ranges.get("pair-1")).toMatchObject({ state: "running", machines: [{ state: "ready" }, {}] });
		expect(await nicsInside("pair-1")).toEqual(exactNics);
	});

	test("pause freezes everything and resume wakes it as it was", async () => {
		await t.ended(t.ranges.pause("pair-1", undefined, "test"));
		expect(t.ranges.get("pair-1")).toMatchObject({
			state: "paused",
			machines: [{ state: "paused" }, { state: "paused" }],
		});
		await t.ended(t.ranges.resume("pair-1", undefined, "test"));
		const { state, reason, machines } = t.ranges.get("pair-1");
		expect({ state, reason }).toEqual({ state: "running", reason: null });
		expect(machines.map((machine) => machine.state)).toEqual(["ready", "running"]);
	});

	test("a second operation at the same time is refused, a destroy is not, and leaves nothing", async () => {
		const { id } = t.ranges.get("pair-1");
		const restart = await t.ranges.restart("pair-1", undefined, "test");
		await expect(t.ranges.stop("pair-1", undefined, "test")).rejects.toMatchObject({ code: "RANGE_BUSY" });
		const destroy = await t.ranges.destroy("pair-1", "test");
		expect(await t.ranges.destroy("pair-1", "test")).toEqual(destroy);
		await t.ended(destroy);
		expect(t.deps.tasks.get(restart.taskId).state).toBe("cancelled");
		expect(await leftovers(t.deps.host.current(), `io.homerange.range=${id}`)).toEqual([]);
		expect(() => t.ranges.get("pair-1")).toThrow("There is no range");
		await t.ended(t.ranges.destroy("pair-2", "test"));
		expect(await rangeLeftovers(t.deps.host.current(), t.deps.owner)).toEqual([]);
	});
});

describe("machines with failures of their own", () => {
	const broken = `
blueprint: 1
name: broken
networks: { lan: { subnet: 10.0.1.0/24 } }
machines:
  dies:
    image: homerange/busybox:1
    nics: [{ network: lan }]
    command: [sh, -c, "echo the disk is on fire; exit 3"]
    ready: { tcp: 80, timeout: 30s }
  waiter:
    image: homerange/busybox:1
    nics: [{ network: lan }]
    command: [sleep, "100000"]
    depends_on: [dies]
  absent:
    image: homerange/busybox:1
    nics: [{ network: lan }]
    command: [no-such-program]
  deaf:
    image: homerange/busybox:1
    nics: [{ network: lan }]
    command: [sleep, "100000"]
    ready: { tcp: 81, timeout: 1s }
  speaker:
    image: homerange/busybox:1
    nics: [{ network: lan }]
    command: [sh, -c, "echo booting; sleep 0.3; echo serving on 80; exec sleep 100000"]
    ready: { log: "serving on [0-9]+$", timeout: 30s }
  maker:
    image: homerange/busybox:1
    nics: [{ network: lan }]
    command: [sh, -c, "sleep 0.3; touch /tmp/up; exec sleep 100000"]
    ready: { exec: [test, -e, /tmp/up], timeout: 30s }
`;

	test("leave a degraded range with a reason on each machine, and the others ready", async () => {
		const [deployed] = await t.deploy(broken);
		expect(deployed?.task.state).toBe("done");
		const { state, reason, machines } = t.ranges.get("broken-1");
		expect(state).toBe("degraded");
		expect(reason).toContain("dies");
		const by = Object.fromEntries(machines.map((machine) => [machine.name, machine]));
		expect(by.dies).toMatchObject({
			state: "failed",
			reason: expect.stringMatching(/code 3.*the disk is on fire/),
		});
		expect(by.absent).toMatchObject({ state: "failed", reason: expect.stringContaining("no-such-program") });
		expect(by.deaf).toMatchObject({ state: "running", reason: expect.stringContaining("tcp 81") });
		expect(by.speaker).toMatchObject({ state: "ready", reason: null });
		expect(by.maker).toMatchObject({ state: "ready", reason: null });
		const events = t.deps.events.list({ range: "broken-1", severity: "error" });
		expect(events.filter((event) => event.type === "machine.failed").map((event) => event.subject.machine)).toContain(
			"dies",
		);
	});

	test("its container's end at run time is a failed range with a reason", async () => {
		const { dind } = t.ranges.get("broken-1");
		const gone = new AbortController();
		const changes = t.deps.changes.subscribe(gone.signal);
		await t.deps.host
			.current()
			.api.getContainer(dind?.container ?? "")
			.kill();
		for await (const change of changes) {
			if (change.kind === "range" && change.range.state === "failed") break;
		}
		gone.abort();
		expect(t.ranges.get("broken-1").reason).toContain("exit code 137");
		await t.ended(t.ranges.destroy("broken-1", "test"));
	});
});

describe("a deploy that does not reach its end", () => {
	const tiny = `
blueprint: 1
name: tiny
networks: { lan: { subnet: 10.0.1.0/24 } }
machines:
  a: { image: "homerange/busybox:1", nics: [{ network: lan }], command: [sleep, "100000"] }
`;

	async function deployWith(act: (rangeId: string, taskId: string) => void, at: string) {
		const source = { kind: "text" as const, file: "tiny.yaml", text: tiny };
		const { promise, resolve } = Promise.withResolvers<string>();
		stepHook = ({ rangeId, id, moment }) => {
			if (id === at && moment === "begun") resolve(rangeId);
		};
		const [started] = await t.ranges.deploy({ source, copies: 1 }, "test");
		act(await promise, started?.taskId ?? "");
		const task = await t.deps.tasks.whenEnded(started?.taskId ?? "");
		stepHook = () => undefined;
		expect(t.ranges.list()).toEqual([]);
		expect(await rangeLeftovers(t.deps.host.current(), t.deps.owner)).toEqual([]);
		return task;
	}

	test("because it is cancelled, leaves nothing", async () => {
		const task = await deployWith((_, taskId) => t.deps.tasks.cancel(taskId), "inner-engine");
		expect(task.state).toBe("cancelled");
	});

	test("because its container is killed, leaves nothing and says why", async () => {
		const kill = (rangeId: string) => {
			const { dind } = t.ranges.get(rangeId);
			void t.deps.host
				.current()
				.api.getContainer(dind?.container ?? "")
				.kill();
		};
		const task = await deployWith(kill, "image:homerange/busybox:1");
		expect(task).toMatchObject({ state: "failed", error: { message: expect.stringContaining("container") } });
	});

	test("because the range is destroyed, leaves nothing", async () => {
		const task = await deployWith((rangeId) => void t.ranges.destroy(rangeId, "test"), "container");
		expect(task.state).toBe("cancelled");
	});
});
