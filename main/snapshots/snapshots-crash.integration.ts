import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { heldSnapshots } from "./snapshot-image.ts";
import { openTestSnapshots, type TestSnapshots } from "./testing/open-snapshots.ts";

const program = join(import.meta.dirname, "testing", "dying-snapshot.ts");
const soon = () => AbortSignal.timeout(60_000);
const counting = "n=0; while :; do n=$((n+1)); echo $n >/count; sleep 0.05; done";
const machine = (name: string, ip: string) =>
	`  ${name}: { image: "homerange/busybox:1", nics: [{ network: lan, ip: ${ip} }], command: [sh, -c, ${JSON.stringify(counting)}] }\n`;
const pair = `
blueprint: 1
name: pair
networks: { lan: { subnet: 10.0.1.0/24 } }
machines:
${machine("one", "10.0.1.10")}${machine("two", "10.0.1.11")}`;

let folder = "";
beforeAll(async () => {
	folder = mkdtempSync(join(tmpdir(), "homerange-snapshot-crash-"));
	await nextEngine(async (t) => {
		const [deployed] = await t.deploy(pair);
		expect(deployed?.task.error).toBeNull();
		// Enough to be caught on its way.
		await t.run("pair-1", "one", "head -c 30000000 /dev/urandom >/large");
	});
});
afterAll(async () => {
	await using t = await openTestSnapshots({ folder });
	expect(t.folder).toBe(folder);
	rmSync(folder, { recursive: true, force: true });
});

/** Opens the data folder as the next engine does, looks, and lets go. */
async function nextEngine(look: (t: TestSnapshots) => Promise<void>): Promise<void> {
	const t = await openTestSnapshots({ folder });
	try {
		await look(t);
	} finally {
		await t.release();
	}
}

test.for(["save", "frozen", "bring", "clear"])(
	"an engine that is killed in the step %s leaves nothing, and the range running",
	async (step) => {
		const child = spawn(process.execPath, [program, folder, "pair-1", step], { stdio: ["ignore", "ignore", "pipe"] });
		let said = "";
		child.stderr.on("data", (bytes: Buffer) => {
			said += bytes.toString();
		});
		const [, signal] = await once(child, "close");
		expect({ signal, said }).toEqual({ signal: "SIGKILL", said: "" });
		await nextEngine(async (t) => {
			expect(t.deps.tasks.list()[0]).toMatchObject({ kind: "snapshot", state: "interrupted" });
			expect(t.ranges.get("pair-1")).toMatchObject({ state: "running", interrupted: null, reason: null });
			expect(t.ranges.get("pair-1").machines.map(({ state }) => state)).toEqual(["running", "running"]);
			for (const name of ["one", "two"]) {
				await t.goesOn("pair-1", name, "/count");
			}
			expect(t.snapshots.names()).toEqual([]);
			expect(t.snapshots.ranges()).toEqual([]);
			expect(await heldSnapshots(t.deps.host.current(), soon(), t.deps.owner)).toEqual(new Set());
			const { inner } = await t.ranges.site("pair-1");
			expect(await heldSnapshots(inner, soon())).toEqual(new Set());
		});
	},
);

test("the name is free again, and the next snapshot is whole", async () => {
	await nextEngine(async (t) => {
		await t.ended(t.saved.takeRange({ range: "pair-1", name: "killed" }, "test"));
		expect((await t.saved.list()).map(({ name, present }) => `${name} ${present}`)).toEqual([
			"killed/one true",
			"killed/two true",
		]);
	});
});
