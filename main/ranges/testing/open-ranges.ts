import { mkdtempSync, rmSync } from "node:fs";
import { homedir, tmpdir } from "node:os";
import { join } from "node:path";
import { HomerangeError } from "../../../contract/errors.ts";
import type { Settings } from "../../../contract/settings.ts";
import type { Task } from "../../../contract/tasks.ts";
import { ChangeBus } from "../../changes/change-bus.ts";
import { installationId } from "../../db/installation.ts";
import { openDatabase } from "../../db/open.ts";
import { HostEngine } from "../../docker/host-engine.ts";
import { AuditLog } from "../../events/audit-log.ts";
import type { DiskPool } from "../../images/disks/disk-pool.ts";
import type { LibvirtHost } from "../../libvirt/host/index.ts";
import { removePool } from "../../libvirt/testing/remove-pool.ts";
import { silentLog } from "../../log.ts";
import { testVms } from "../../providers/libvirt/testing/test-vm-host.ts";
import { SettingsStore } from "../../settings/settings-store.ts";
import { SnapshotStore, savedRange } from "../../snapshots/index.ts";
import { Tasks } from "../../tasks/tasks.ts";
import type { RangesDeps } from "../deps.ts";
import { Ranges } from "../ranges.ts";

export interface TestRanges extends AsyncDisposable {
	readonly ranges: Ranges;
	readonly deps: RangesDeps;
	readonly folder: string;
	readonly snapshots: SnapshotStore;
	readonly disks: DiskPool;
	readonly libvirt: LibvirtHost;
	/** Deploys a blueprint's text and waits for its tasks. */
	deploy(
		text: string,
		o?: { copies?: number; name?: string },
	): Promise<{ rangeId: string; rangeName: string; task: Task }[]>;
	/** Ends the engine and leaves the ranges and the data folder for the next one. */
	release(): Promise<void>;
	/** Waits for the end of a task; throws its error. */
	ended(started: { taskId: string } | Promise<{ taskId: string }>): Promise<Task>;
}

/** Ranges over the real engine, with a data folder of their own. Disposing destroys what is left of them. */
export async function openTestRanges(
	o: { folder?: string; settings?: Partial<Settings>; onStep?: NonNullable<RangesDeps["onStep"]> } = {},
): Promise<TestRanges> {
	const folder = o.folder ?? mkdtempSync(join(tmpdir(), "homerange-test-"));
	const db = openDatabase(folder);
	const changes = new ChangeBus();
	const settings = new SettingsStore(db, changes, silentLog);
	const dindImage = process.env.HOMERANGE_DIND_IMAGE || "homerange/dind:28";
	const isolation = process.env.HOMERANGE_ISOLATION === "unprivileged" ? "unprivileged" : "privileged";
	// A machine that a test kills stays so, unless the test is about just that.
	const calm = { stopGraceSeconds: 0, afterRestart: "restore", restartMachines: "never" } as const;
	settings.set({ dindImage, isolation, ...calm, ...o.settings });
	const host = new HostEngine({ env: process.env, homeFolder: homedir(), log: silentLog });
	await host.ready();
	const snapshots = new SnapshotStore(db, changes);
	const owner = installationId(db, folder);
	const { vms, libvirt, disks, close } = testVms({
		...{ db, changes, log: silentLog, dataFolder: folder, installation: owner, docker: host },
		setting: () => settings.get().libvirt,
	});
	const deps: RangesDeps = {
		vms,
		host,
		db,
		tasks: new Tasks(db, changes, silentLog),
		events: new AuditLog(db, changes),
		settings,
		changes,
		library: {
			template: () => null,
			templateNames: () => [],
			snapshot: (name) => snapshots.source(name),
			snapshotNames: () => snapshots.names(),
		},
		savedRange: (ref) => savedRange(snapshots, ref),
		blueprintFolders: [folder],
		owner,
		log: silentLog,
		...(o.onStep === undefined ? {} : { onStep: o.onStep }),
	};
	deps.tasks.markInterrupted();
	const ranges = new Ranges(deps);
	await ranges.reconcile(new AbortController().signal);
	const ended: TestRanges["ended"] = async (started) => {
		const task = await deps.tasks.whenEnded((await started).taskId);
		if (task.error !== null) throw HomerangeError.fromInfo(task.error);
		return task;
	};
	const release = async () => {
		await deps.tasks.close();
		await ranges.close();
		close();
		host.close();
		db.close();
	};
	return {
		ranges,
		deps,
		folder,
		snapshots,
		disks,
		libvirt,
		ended,
		release,
		async deploy(text, { copies = 1, name } = {}) {
			const source = { kind: "text" as const, file: "test.yaml", text };
			const request = { source, copies, ...(name === undefined ? {} : { name }) };
			const started = await ranges.deploy(request, "test");
			return await Promise.all(
				started.map(async ({ rangeId, rangeName, taskId }) => ({
					rangeId,
					rangeName,
					task: await deps.tasks.whenEnded(taskId),
				})),
			);
		},
		async [Symbol.asyncDispose]() {
			await Promise.all(ranges.list().map(({ id }) => ended(ranges.destroy(id, "test"))));
			await ranges.freeLayers({ all: true }, AbortSignal.timeout(60_000));
			await removePool(libvirt);
			await release();
			rmSync(folder, { recursive: true, force: true });
		},
	};
}
