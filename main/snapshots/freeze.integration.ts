import { buffer } from "node:stream/consumers";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { RangeConnection } from "../ranges/connections.ts";
import { connectRunning } from "../ranges/range-site.ts";
import { type RunningMachine, whileFrozen } from "./freeze.ts";
import { openTestSnapshots, type TestSnapshots } from "./testing/open-snapshots.ts";

const counting = "n=0; while :; do n=$((n+1)); echo $n >/count; sleep 0.02; done";
const blueprint = `
blueprint: 1
name: pair
networks: { lan: { subnet: 10.0.1.0/24 } }
machines:
  one: { image: "homerange/busybox:1", nics: [{ network: lan }], command: [sh, -c, ${JSON.stringify(counting)}] }
  two: { image: "homerange/busybox:1", nics: [{ network: lan }], command: [sh, -c, ${JSON.stringify(counting)}] }
`;

let t: TestSnapshots;
beforeAll(async () => {
	t = await openTestSnapshots();
	const [deployed] = await t.deploy(blueprint);
	expect(deployed?.task.error).toBeNull();
});
afterAll(async () => {
	await t[Symbol.asyncDispose]();
});

/** Does the work with the range's connection and its machines as they run now. */
async function inRange(
	work: (connection: RangeConnection, machines: RunningMachine[]) => Promise<void>,
): Promise<void> {
	const started = t.ranges.operate(
		"pair-1",
		{ kind: "snapshot", actor: "test", title: () => "Look" },
		async (parts, { range, task }) => {
			const connection = await connectRunning(parts, range, "it cannot be looked at", task.signal);
			const seen = await connection.provider.list(task.signal);
			const machines = seen.map(({ name, engineId, processId }) => ({ name, engineId, processId: processId ?? 0 }));
			await work(connection, machines);
		},
	);
	await t.ended(started);
}

/** A file of a machine as the engine sees it, which needs nothing of the machine itself. */
async function counts({ inner }: RangeConnection, machines: readonly RunningMachine[]): Promise<string[]> {
	return await Promise.all(
		machines.map(async ({ engineId }) => {
			const archive = await inner.api.getContainer(engineId).getArchive({ path: "/count" });
			return (await buffer(archive)).subarray(512, 1024).toString("latin1").replaceAll("\0", "");
		}),
	);
}

test("machines stand still together while the work is done, also what was started in them, and then go on", async () => {
	const beside = "n=0; while :; do n=$((n+1)); echo $n >/beside; sleep 0.02; done";
	await t.run("pair-1", "one", `sh -c '${beside}' >/dev/null 2>&1 </dev/null &`);
	await t.goesOn("pair-1", "one", "/count");
	await inRange(async (connection, machines) => {
		await whileFrozen(connection, machines, async () => {
			const first = await counts(connection, machines);
			for (let look = 0; look < 5; look++) expect(await counts(connection, machines)).toEqual(first);
		});
	});
	for (const name of ["one", "two"]) await t.goesOn("pair-1", name, "/count");
	await t.goesOn("pair-1", "one", "/beside");
});

test("machines go on when the work fails", async () => {
	const failing = inRange((connection, machines) =>
		whileFrozen(connection, machines, () => Promise.reject(new Error("no"))),
	);
	await expect(failing).rejects.toMatchObject({ message: "no" });
	for (const name of ["one", "two"]) await t.goesOn("pair-1", name, "/count");
});
