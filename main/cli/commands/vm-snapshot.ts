import type { SnapshotMethod } from "../../../contract/vm-snapshots.ts";
import { withEngine } from "../connect.ts";
import { followTasks, throwIfFailed } from "../follow-tasks.ts";
import { confirm } from "../terminal/ask.ts";
import { snapshotText } from "../terminal/describe-library.ts";
import { snapshotTree } from "../terminal/describe-vm.ts";
import { type Format, print, printJson } from "../terminal/print.ts";
import { plain, table } from "../terminal/text.ts";

interface Printed {
	format: Format;
}
export interface TakeOptions extends Printed {
	description?: string;
	method?: SnapshotMethod;
}
export interface SaveOptions extends Printed {
	description?: string;
	tag?: string[];
}

/** JSON: a flat array; `parent` makes the tree. */
export async function listSnapshots(vm: string, format: Format): Promise<void> {
	await withEngine(async ({ api }) => {
		const snapshots = await api.vms.snapshots.list({ vm });
		if (format === "json") await printJson(snapshots);
		else await print(snapshots.length === 0 ? "It has no snapshots." : snapshotTree(snapshots));
	});
}

export async function listWays(vm: string, format: Format): Promise<void> {
	await withEngine(async ({ api }) => {
		const ways = await api.vms.snapshots.ways({ vm });
		if (format === "json") return await printJson(ways);
		const rows = ways.map(({ method, withMemory, available, preferred, reason, remedy, explanation }) => [
			method,
			withMemory ? "yes" : "no",
			available ? (preferred ? "yes, preferred" : "yes") : "no",
			available ? explanation : [reason, remedy].filter(Boolean).join(" "),
		]);
		await print(table(["METHOD", "MEMORY", "POSSIBLE", "WHAT IT DOES, OR WHY NOT"], rows));
	});
}

export async function createSnapshot(vm: string, name: string, options: TakeOptions): Promise<void> {
	const { description, method, format } = options;
	await withEngine(async (client) => {
		const { uuid } = await client.api.vms.get({ vm });
		const wish = {
			...(description === undefined ? {} : { description }),
			...(method === undefined ? {} : { method }),
		};
		const { taskId } = await client.api.vms.snapshots.create({ vm: uuid, name, ...wish });
		throwIfFailed(await followTasks(client, [taskId]));
		const snapshots = await client.api.vms.snapshots.list({ vm: uuid });
		if (format === "json") await printJson(snapshots.find((snapshot) => snapshot.name === name) ?? null);
		else await print(snapshotTree(snapshots));
	});
}

export async function revertSnapshot(
	vm: string,
	snapshot: string,
	{ yes, format }: Printed & { yes?: boolean },
): Promise<void> {
	await withEngine(async (client) => {
		const { uuid, name } = await client.api.vms.get({ vm });
		if (!yes) await confirm(`Bring ${plain(name)} back to ${plain(snapshot)} and lose what it wrote since?`);
		const { taskId } = await client.api.vms.snapshots.revert({ vm: uuid, snapshot });
		throwIfFailed(await followTasks(client, [taskId]));
		const { state } = await client.api.vms.get({ vm: uuid });
		if (format === "json") await printJson({ uuid, name, snapshot, state });
		else await print(`${plain(name)} is back at ${plain(snapshot)} and ${state}.`);
	});
}

export async function deleteSnapshot(
	vm: string,
	snapshot: string,
	{ yes, children = false, format }: Printed & { yes?: boolean; children?: boolean },
): Promise<void> {
	await withEngine(async (client) => {
		const { uuid, name } = await client.api.vms.get({ vm });
		const what = children ? ` and all that come after it` : "";
		if (!yes) await confirm(`Delete the snapshot ${plain(snapshot)} of ${plain(name)}${what}?`);
		const { taskId } = await client.api.vms.snapshots.delete({ vm: uuid, snapshot, children });
		throwIfFailed(await followTasks(client, [taskId]));
		const left = await client.api.vms.snapshots.list({ vm: uuid });
		if (format === "json") await printJson(left);
		else await print(left.length === 0 ? "It has no snapshots." : snapshotTree(left));
	});
}

export async function saveToLibrary(vm: string, name: string, options: SaveOptions): Promise<void> {
	const { description, tag: tags, format } = options;
	await withEngine(async (client) => {
		const { uuid } = await client.api.vms.get({ vm });
		const said = {
			...(description === undefined ? {} : { description }),
			...(tags === undefined ? {} : { tags }),
		};
		const { taskId } = await client.api.vms.saveToLibrary({ vm: uuid, name, ...said });
		throwIfFailed(await followTasks(client, [taskId]));
		const snapshot = await client.api.snapshots.get({ snapshot: name });
		if (format === "json") await printJson(snapshot);
		else await print(snapshotText(snapshot));
	});
}
