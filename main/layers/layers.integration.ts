import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { presentDindImage } from "../dind/index.ts";
import { runExec } from "../docker/exec.ts";
import { openTestRanges, type TestRanges } from "../ranges/testing/open-ranges.ts";
import { connectTestEngine, leftovers } from "../testing/engine.ts";

/** Linked copies: what a range sees of the layer store, and what it costs. */

const blueprint = (name: string, machines: string) => `
blueprint: 1
name: ${name}
networks:
  lan: { subnet: 10.0.1.0/24 }
machines:
${machines}
limits: { cpus: 1, memory: 512MiB }
`;
/** A store that is filled, or several deploys, on a busy machine with two cores. */
const timeout = 300_000;
const machine = (name: string, image: string, ip: string) =>
	`  ${name}: { image: "homerange/${image}:1", nics: [{ network: lan, ip: ${ip} }], command: [sh, -c, "while :; do sleep 3600; done"] }`;
const two = blueprint("two", [machine("web", "web", "10.0.1.10"), machine("db", "db", "10.0.1.11")].join("\n"));

describe.each(["privileged", "unprivileged"] as const)("in the %s profile", (profile) => {
	let t: TestRanges;

	beforeAll(async () => {
		t = await openTestRanges({ settings: { isolation: profile } });
	});
	afterAll(async () => {
		const { owner } = t.deps;
		await t[Symbol.asyncDispose]();
		expect(await leftovers(await connectTestEngine(), `io.homerange.owner=${owner}`)).toEqual([]);
	});

	async function run(range: string, name: string, command: string): Promise<string> {
		const { inner, containerId } = await t.ranges.locate(range, name);
		const { stdout, stderr } = await runExec(inner, containerId, { command: ["sh", "-c", command] });
		return (stdout + stderr).trim();
	}

	async function inDind(range: string, command: string, user = "0:0"): Promise<{ exitCode: number; output: string }> {
		const { container } = t.ranges.get(range).dind ?? {};
		const { exitCode, stdout, stderr } = await runExec(t.deps.host.current(), container ?? "", {
			command: ["sh", "-c", command],
			user,
		});
		return { exitCode, output: (stdout + stderr).trim() };
	}

	/** KiB that a range's engine keeps itself: metadata, logs, and what its machines wrote. */
	async function ownKilobytes(range: string): Promise<number> {
		const { output } = await inDind(range, "du -s -x -k /var/lib/docker | cut -f 1");
		return Number(output.split("\n").at(-1));
	}

	test("two copies link their images from one store, and hold next to nothing of their own", { timeout }, async () => {
		const made = await t.deploy(two, { copies: 2 });
		for (const { task } of made) {
			expect(task.error).toBeNull();
			expect(task.steps.find(({ id }) => id === "clone")).toMatchObject({ state: "done" });
			for (const { state, id } of task.steps.filter((step) => step.id.startsWith("image:")))
				expect([id, state]).toEqual([id, "skipped"]);
		}
		const sizes = await Promise.all(["two-1", "two-2"].map(ownKilobytes));
		// The images have hundreds of MiB; what is here is metadata, logs and the machines' own layers.
		for (const kilobytes of sizes) expect(kilobytes).toBeLessThan(6 * 1024);
	});

	test("what a machine changes is its own", async () => {
		await run("two-1", "web", "echo changed > /etc/hostname.test; rm -f /bin/gzip; echo more >> /etc/passwd");
		expect(await run("two-2", "web", "ls /etc/hostname.test 2>&1; ls /bin/gzip; grep -c more /etc/passwd")).toMatch(
			/No such file[\s\S]*\/bin\/gzip\n0$/,
		);
	});

	test("the container's root cannot write the store", async () => {
		const { exitCode, output } = await inDind("two-1", "f=$(ls -d /store/overlay2/*/diff | head -n 1); touch $f/x");
		expect(exitCode).not.toBe(0);
		expect(output).toMatch(/read-only/i);
		if (profile === "unprivileged") {
			const remount = await inDind("two-1", "mount -o remount,rw /store; touch /store/x");
			expect(remount.exitCode).not.toBe(0);
		}
	});

	test("a range keeps its images over stop and start, and can save and remove them", async () => {
		await t.ended(t.ranges.stop("two-1", undefined, "test"));
		await t.ended(t.ranges.start("two-1", undefined, "test"));
		expect(t.ranges.get("two-1").state).toBe("running");
		const docker = (command: string) => inDind("two-1", command);
		expect(await docker("docker save homerange/web:1 | tar -t | wc -l")).toMatchObject({ exitCode: 0 });
		const committed = "docker commit $(docker ps -q | head -n 1) kept:1 && docker image rm kept:1";
		expect(await docker(committed)).toMatchObject({ exitCode: 0 });
		expect(await docker("docker rm -f $(docker ps -aq) && docker image rm homerange/db:1")).toMatchObject({
			exitCode: 0,
		});
		expect(t.ranges.get("two-2").state).toBe("running");
		expect(await run("two-2", "db", "ls / | wc -l")).toMatch(/^\d+$/);
	});

	test("of an image that comes later only what the range has not is unpacked in it", { timeout }, async () => {
		const host = t.deps.host.current();
		const image = `homerange/test-later-${profile}`;
		const container = await host.api.createContainer({
			Image: "homerange/web:1",
			Cmd: ["sh", "-c", "echo later > /etc/later"],
		});
		try {
			await container.start();
			await container.wait();
			await container.commit({ repo: image, tag: "1" });
		} finally {
			await container.remove({ force: true });
		}
		try {
			const later = `${two.split("limits:")[0]}  later: { image: "${image}:1", nics: [{ network: lan, ip: 10.0.1.12 }], command: [sleep, "3600"] }\n`;
			const source = { kind: "text" as const, file: "test.yaml", text: later };
			const before = await ownKilobytes("two-2");
			const task = await t.ended(t.ranges.update({ range: "two-2", source, mayLoseData: false }, "test"));
			const sent = task.steps.find(({ id }) => id === `image:${image}:1`);
			expect(sent?.state).toBe("done");
			expect((await ownKilobytes("two-2")) - before).toBeLessThan(2048);
			expect(await run("two-2", "later", "cat /etc/later; nginx -v")).toMatch(/^later\n.*nginx/);
			// A new range has it from the store, until neither the host nor a range has it.
			const [third] = await t.deploy(
				blueprint("third", machine("later", image.slice("homerange/".length), "10.0.1.10")),
			);
			expect(third?.task.steps.find(({ id }) => id === `image:${image}:1`)).toMatchObject({ state: "skipped" });
			const free = () => t.ranges.freeLayers({ all: false }, AbortSignal.timeout(60_000));
			await host.api.getImage(`${image}:1`).remove({ force: true });
			expect(await free()).toEqual({ stores: [], images: [] });
			await t.ended(t.ranges.destroy("third-1", "test"));
			expect((await free()).images).toHaveLength(1);
			// What it stood on is still there for the others.
			const [fourth] = await t.deploy(blueprint("fourth", machine("web", "web", "10.0.1.10")));
			expect(fourth?.task.steps.find(({ id }) => id === "clone")).toMatchObject({ state: "done" });
			expect(await run("fourth-1", "web", "nginx -v")).toContain("nginx");
			await t.ended(t.ranges.destroy("fourth-1", "test"));
		} finally {
			await host.api
				.getImage(`${image}:1`)
				.remove({ force: true })
				.catch(() => undefined);
		}
	});

	test("the store that new ranges use is known by the image that stands in for the setting's", async () => {
		const { dindImage } = t.deps.settings.get();
		const host = t.deps.host.current();
		t.deps.settings.set({ dindImage: "homerange/not-here:1" });
		try {
			const [store] = await t.ranges.layerStores(AbortSignal.timeout(60_000));
			expect(store).toMatchObject({ current: (await presentDindImage(host)) === dindImage, images: 2 });
			expect(store?.users.sort()).toEqual(["two-1", "two-2"].map((range) => t.ranges.get(range).dind?.container));
		} finally {
			t.deps.settings.set({ dindImage });
		}
	});

	test("a store in use is kept, also while a range's container is gone", async () => {
		expect((await t.ranges.freeLayers({ all: true }, AbortSignal.timeout(60_000))).stores).toEqual([]);
		const container = t.deps.host.current().api.getContainer(t.ranges.get("two-1").dind?.container ?? "");
		await container.remove({ force: true });
		expect((await t.ranges.freeLayers({ all: true }, AbortSignal.timeout(60_000))).stores).toEqual([]);
	});

	test("a store that somebody changed is given up, and the range comes up all the same", { timeout }, async () => {
		const host = t.deps.host.current();
		const store = (await host.api.listVolumes()).Volumes.find(
			({ Labels }) => Labels?.["io.homerange.owner"] === t.deps.owner && Labels["io.homerange.role"] === "store",
		);
		const { runHostHelper } = await import("../dind/host-helper.ts");
		const script =
			'cd /volumes/0/overlay2; for m in ../homerange/marks/*; do f=$(head -n 1 "$m" | cut -c 67-); [ -z "$f" ] || { echo x >>"$f"; echo "$f"; }; done';
		const spoiled = await runHostHelper(host, {
			image: t.deps.settings.get().dindImage,
			script,
			writesVolumes: [store?.Name ?? ""],
			offline: true,
		});
		expect(spoiled.exitCode).toBe(0);
		const one = blueprint("after", machine("web", "web", "10.0.1.10"));
		const [first] = await t.deploy(one);
		expect(first?.task.error).toBeNull();
		expect(first?.task.steps.find(({ id }) => id === "clone")?.note).toMatch(/not what it was/);
		const [second] = await t.deploy(one);
		expect(second?.task.steps.find(({ id }) => id === "clone")).toMatchObject({ state: "done" });
		await Promise.all(["after-1", "after-2"].map((name) => t.ended(t.ranges.destroy(name, "test"))));
	});
});
