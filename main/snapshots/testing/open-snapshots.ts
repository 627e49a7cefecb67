import { runExec } from "../../docker/exec.ts";
import { openTestRanges, type TestRanges } from "../../ranges/testing/open-ranges.ts";
import { Snapshots } from "../snapshots.ts";

export interface TestSnapshots extends TestRanges {
	readonly saved: Snapshots;
	/** Resolves when a step of this id begins; one that has begun before does not count. */
	begun(step: string): Promise<void>;
	/** Runs a shell line in a machine; throws what it said when it ends with an error. */
	run(range: string, machine: string, line: string): Promise<string>;
	/** Resolves when the machine, which writes to this file all the time, has written again. */
	goesOn(range: string, machine: string, file: string): Promise<void>;
}

/** Ranges over the real engine with their snapshots. Disposing destroys the ranges, then deletes the snapshots. */
export async function openTestSnapshots(o: Parameters<typeof openTestRanges>[0] & object = {}): Promise<TestSnapshots> {
	const waiting = new Map<string, () => void>();
	const t = await openTestRanges({
		...o,
		onStep(step) {
			o.onStep?.(step);
			if (step.moment === "begun") waiting.get(step.id)?.();
		},
	});
	const { ranges, snapshots: store } = t;
	const { host, vms, tasks, events, owner, log } = t.deps;
	await t.disks.clean();
	const saved = new Snapshots({ store, ranges, host, vms, disks: t.disks, tasks, events, owner, log });
	await saved.sweep(new AbortController().signal);
	const run: TestSnapshots["run"] = async (range, machine, line) => {
		const { inner, containerId } = await ranges.locate(range, machine);
		const { exitCode, stdout, stderr } = await runExec(inner, containerId, { command: ["sh", "-c", line] });
		if (exitCode !== 0) throw new Error(`${line}: ${stdout}${stderr}`);
		return stdout;
	};
	return {
		...t,
		saved,
		run,
		async goesOn(range, machine, file) {
			await run(range, machine, `a=$(sha256sum ${file}); while [ "$(sha256sum ${file})" = "$a" ]; do sleep 0.05; done`);
		},
		begun(step) {
			return new Promise((resolve) => waiting.set(step, resolve));
		},
		async [Symbol.asyncDispose]() {
			await Promise.all(ranges.list().map(({ id }) => t.ended(ranges.destroy(id, "test"))));
			for (const { id } of store.ranges().toReversed()) await saved.deleteRange(id, "test");
			// Who stands on another is the younger one.
			for (const { id } of store.all().toReversed()) await saved.delete(id, "test");
			await t[Symbol.asyncDispose]();
		},
	};
}
