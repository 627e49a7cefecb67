import { randomBytes } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { homedir, tmpdir } from "node:os";
import { join } from "node:path";
import type { Change } from "../../../contract/changes.ts";
import type { Task } from "../../../contract/tasks.ts";
import type { Vm } from "../../../contract/vms.ts";
import { ChangeBus } from "../../changes/change-bus.ts";
import { newId } from "../../db/new-id.ts";
import { openDatabase } from "../../db/open.ts";
import { AuditLog } from "../../events/audit-log.ts";
import { DiskPool } from "../../images/disks/disk-pool.ts";
import { LibvirtHost } from "../../libvirt/host/index.ts";
import { silentLog } from "../../log.ts";
import { resourcePaths } from "../../paths.ts";
import { SettingsStore } from "../../settings/settings-store.ts";
import { SnapshotStore } from "../../snapshots/index.ts";
import { Tasks } from "../../tasks/tasks.ts";
import { SerialLines } from "../consoles/serial-lines.ts";
import { Vms } from "../vms.ts";
import { virsh } from "./virsh.ts";

/** The virtual machines of a data folder of their own, on the daemon of this machine or on another one. */
export function openTestVms(libvirt = "auto") {
	const folder = mkdtempSync(join(tmpdir(), "homerange-vms-"));
	const installation = newId();
	const db = openDatabase(folder, resourcePaths().migrations);
	const changes = new ChangeBus();
	const settings = new SettingsStore(db, changes, silentLog);
	const tasks = new Tasks(db, changes, silentLog);
	const host = new LibvirtHost({
		...{ dataFolder: folder, installation, log: silentLog, env: process.env, homeFolder: homedir(), platform: "linux" },
		setting: () => settings.get().libvirt,
		onStatus: (hypervisor) => changes.publish({ kind: "hypervisor", hypervisor }),
	});
	settings.set({ libvirt });
	settings.onChange(() => void host.settingChanged());
	const lines = new SerialLines({ host, scrollback: () => 1000, log: silentLog });
	const disks = new DiskPool(folder, db);
	const snapshots = new SnapshotStore(db, changes);
	const deps = {
		host,
		lines,
		installation,
		tasks,
		changes,
		settings,
		disks,
		snapshots,
		log: silentLog,
		rangeOf: () => null,
	};
	const vms = new Vms({ ...deps, events: new AuditLog(db, changes) });
	const prefix = `hrtest-${randomBytes(3).toString("hex")}`;
	const pool = `homerange-${installation.slice(0, 12)}`;
	const told = new Map<string, Vm>();
	const listening = new AbortController();
	void listen(changes.subscribe(listening.signal), told);

	return {
		...{ vms, host, tasks, settings, disks, snapshots, changes, folder, pool, installation },
		/** What a window was told of the VMs, by UUID. */
		told,
		/** A name that no other run uses. */
		name: (label: string) => `${prefix}-${label}`,
		/** Waits for the end of an operation, and gives it. */
		async ended(started: Promise<{ taskId: string }>): Promise<Task> {
			return tasks.whenEnded((await started).taskId);
		},
		/** The same for one that has to end well. */
		async done(started: Promise<{ taskId: string }>): Promise<Task> {
			const task = await tasks.whenEnded((await started).taskId);
			if (task.state !== "done") throw new Error(`${task.title}: ${task.state}: ${task.error?.message}`);
			return task;
		},
		/** Removes every VM of this run, the pool and the folder. */
		async close(): Promise<void> {
			if (libvirt === "auto") await this.removeAll();
			listening.abort();
			vms.close();
			lines.close();
			await tasks.close();
			host.close();
			db.close();
			rmSync(folder, { recursive: true, force: true });
		},
		async removeAll(): Promise<void> {
			for (const line of (await virsh("list", "--all", "--name")).split("\n")) {
				if (!line.startsWith(prefix)) continue;
				await virsh("destroy", line).catch(() => undefined);
				await virsh("undefine", line, "--nvram", "--snapshots-metadata", "--managed-save", "--tpm").catch(
					() => undefined,
				);
			}
			await removePool(pool);
		},
	};
}

export type TestVms = ReturnType<typeof openTestVms>;

async function listen(stream: AsyncIterable<Change>, told: Map<string, Vm>): Promise<void> {
	for await (const change of stream) {
		if (change.kind === "vm") told.set(change.vm.uuid, change.vm);
		if (change.kind === "vmGone") told.delete(change.uuid);
	}
}

async function removePool(pool: string): Promise<void> {
	const pools = await virsh("pool-list", "--all", "--name");
	if (!pools.split("\n").includes(pool)) return;
	await virsh("pool-refresh", pool).catch(() => undefined);
	for (const line of (await virsh("vol-list", pool)).split("\n").slice(2)) {
		const name = line.trim().split(/\s+/)[0];
		if (name) await virsh("vol-delete", name, "--pool", pool).catch(() => undefined);
	}
	await virsh("pool-destroy", pool);
	await virsh("pool-delete", pool).catch(() => undefined);
	await virsh("pool-undefine", pool);
}
