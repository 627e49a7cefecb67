import { existsSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { isNotFound } from "../docker/api-errors.ts";
import type { DockerEngine } from "../docker/engine.ts";
import { runExec } from "../docker/exec.ts";
import { openTestRanges, type TestRanges } from "../ranges/testing/open-ranges.ts";
import { uniqueName } from "../testing/engine.ts";
import { importHostileImage } from "./testing/hostile-image.ts";

/**
 * An image that somebody else made. It is on the host because its user loaded it; the product hands it on to a
 * range's engine and shows what is in it.
 */
let t: TestRanges;
let host: DockerEngine;
const made: string[] = [];

beforeAll(async () => {
	t = await openTestRanges();
	host = t.deps.host.current();
});
afterAll(async () => {
	const { api } = host;
	for (const name of made) {
		await api
			.getImage(name)
			.remove({ force: true })
			.catch((error: unknown) => {
				// The engine had refused it.
				if (!isNotFound(error)) throw error;
			});
	}
	await t[Symbol.asyncDispose]();
});

function imageName(what: string): string {
	const name = `${uniqueName(what)}:1`;
	made.push(name);
	return name;
}

/** Deploys one machine of the image; the blueprint is JSON so that no name of the test needs care. */
async function deploy(name: string, image: string, more: object) {
	const blueprint = {
		blueprint: 1,
		name,
		networks: { lan: { subnet: "10.0.1.0/24" } },
		machines: { a: { image, nics: [{ network: "lan" }], ...more } },
		limits: { cpus: 1, memory: "1GiB" },
	};
	const [deployed] = await t.deploy(JSON.stringify(blueprint), { name });
	return deployed?.task;
}

async function inMachine(range: string, script: string): Promise<string> {
	const { inner, containerId } = await t.ranges.locate(range, "a");
	const { stdout, stderr } = await runExec(inner, containerId, { command: ["sh", "-c", script] });
	return (stdout + stderr).trim();
}

test.each(["by dots", "by a link to the root", "by a link with dots", "by a hard link"])(
	"a path that leads out of the image %s is refused, or stays inside",
	async (way) => {
		const marker = `/tmp/${uniqueName("escaped")}`;
		const name = imageName("traversal");
		const refusal = await importHostileImage(host, name, {
			add: (archive) => {
				archive.entry({ name: "inside" }, "kept");
				if (way === "by dots") archive.entry({ name: `../../../../../../../..${marker}` }, "out");
				if (way === "by a link to the root") archive.entry({ name: "out", type: "symlink", linkname: "/" });
				if (way === "by a link with dots") {
					archive.entry({ name: "out", type: "symlink", linkname: "../../../../../../../.." });
				}
				if (way === "by a hard link")
					archive.entry({ name: "out", type: "link", linkname: "../../../../../etc/shadow" });
				else archive.entry({ name: join("out", marker) }, "out");
			},
		});
		if (refusal === null) {
			const task = await deploy("traversal", name, { command: ["sleep", "100000"] });
			if (task?.error === null) {
				// The control: the rest of the image is there, and what went out went into the machine at most.
				expect(await inMachine("traversal", "cat /inside")).toBe("kept");
				expect(await inMachine("traversal", "cat /out 2>/dev/null | grep -c root:")).toBe("0");
				const { dind } = t.ranges.get("traversal");
				const look = { command: ["sh", "-c", `ls ${marker} 2>/dev/null; true`] };
				expect((await runExec(host, dind?.container ?? "", look)).stdout).toBe("");
				await t.ended(t.ranges.destroy("traversal", "test"));
			} else expect(task?.error.message).not.toMatch(/\p{Cc}/u);
		} else {
			expect(refusal).toMatch(/invalid|break|outside|escape|not allowed|no such file/i);
		}
		expect(existsSync(marker)).toBe(false);
	},
);

test("device nodes, ten thousand entries, huge labels, and names full of escapes and HTML do no harm", async () => {
	const hostileText = "\u001b[2J\u001b]0;owned\u0007<img src=x onerror=alert(1)>\u202e";
	const name = imageName("heavy");
	const refusal = await importHostileImage(host, name, {
		labels: { huge: "x".repeat(200_000), shown: hostileText, "io.homerange.range": "another" },
		add: (archive) => {
			archive.entry({ name: "disk", type: "block-device", devmajor: 254, devminor: 0, mode: 0o666 });
			archive.entry({ name: "memory", type: "character-device", devmajor: 1, devminor: 1, mode: 0o666 });
			archive.entry({ name: "zero", type: "character-device", devmajor: 1, devminor: 5, mode: 0o666 });
			for (let n = 0; n < 10_000; n++) archive.entry({ name: `many/${n}` }, "");
			archive.entry({ name: `shown/${hostileText}` }, "");
		},
	});
	expect(refusal).toBeNull();
	const said = `printf '\\033[2J\\033]0;owned\\007<img src=x onerror=alert(1)>\\342\\200\\256\\n'`;
	const wait = "until [ -e /tmp/go ]; do sleep 0.1; done";
	const task = await deploy("heavy", name, { command: ["sh", "-c", `${said}; ${wait}; exit 3`] });
	expect(task?.error).toBeNull();
	expect(await inMachine("heavy", "ls /many | wc -l")).toBe("10000");
	// The control of the refused devices: one that every machine may read.
	const devices = await inMachine("heavy", "head -c 4 /zero | wc -c; head -c 1 /disk; head -c 1 /memory");
	expect(devices.split("\n")).toEqual([
		"4",
		expect.stringMatching(/not permitted/),
		expect.stringMatching(/not permitted/),
	]);
	const dies = untilFailed("heavy");
	await inMachine("heavy", "touch /tmp/go");
	await dies;
	const [machine] = t.ranges.get("heavy").machines;
	const shown = [machine?.reason ?? "", ...t.deps.events.list({ range: "heavy" }).map((event) => event.message)];
	expect(machine?.reason).toContain("<img src=x onerror=alert(1)>");
	for (const line of shown) expect(line).not.toMatch(/\p{Cc}|\p{Bidi_Control}/u);
});

/** Resolves when a machine of the range has failed. */
async function untilFailed(range: string): Promise<void> {
	for await (const change of t.deps.changes.subscribe(AbortSignal.timeout(60_000))) {
		if (change.kind === "range" && change.range.name === range && change.range.state === "degraded") return;
	}
	throw new Error("The machine did not end.");
}
