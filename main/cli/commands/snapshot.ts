import { withEngine } from "../connect.ts";
import { followTasks, throwIfFailed } from "../follow-tasks.ts";
import { confirm } from "../terminal/ask.ts";
import { rangeSnapshotText, snapshotText } from "../terminal/describe-library.ts";
import { type Format, print, printJson } from "../terminal/print.ts";
import { plain } from "../terminal/text.ts";
import { printRange } from "./inspect.ts";

export interface TakeOptions {
	description?: string;
	tag?: string[];
	format: Format;
}

export interface RestoreOptions {
	yes?: boolean;
	format: Format;
}

export async function snapshotMachine(
	range: string,
	machine: string,
	name: string,
	options: TakeOptions,
): Promise<void> {
	const { description, tag: tags, format } = options;
	await withEngine(async (client) => {
		const request = {
			range,
			machine,
			name,
			...(description === undefined ? {} : { description }),
			...(tags === undefined ? {} : { tags }),
		};
		const { taskId } = await client.api.snapshots.takeMachine(request);
		throwIfFailed(await followTasks(client, [taskId]));
		const snapshot = await client.api.snapshots.get({ snapshot: name });
		if (format === "json") await printJson(snapshot);
		else await print(snapshotText(snapshot));
	});
}

export async function snapshotRange(range: string, name: string, { description, format }: TakeOptions): Promise<void> {
	await withEngine(async (client) => {
		const request = { range, name, ...(description === undefined ? {} : { description }) };
		const { taskId } = await client.api.rangeSnapshots.take(request);
		throwIfFailed(await followTasks(client, [taskId]));
		const snapshot = await client.api.rangeSnapshots.get({ snapshot: name });
		if (format === "json") await printJson(snapshot);
		else await print(rangeSnapshotText(snapshot));
	});
}

export async function restoreRange(range: string, snapshot: string, { yes, format }: RestoreOptions): Promise<void> {
	await withEngine(async (client) => {
		const { id, name } = await client.api.ranges.get({ range });
		const saved = await client.api.rangeSnapshots.get({ snapshot });
		if (!yes) {
			const when = saved.createdAt.replace("T", " ").slice(0, 16);
			await confirm(
				`Bring ${plain(name)} back to ${plain(saved.name)} of ${when} and lose what its machines wrote since?`,
			);
		}
		const { taskId } = await client.api.rangeSnapshots.restore({ range: id, snapshot: saved.id });
		throwIfFailed(await followTasks(client, [taskId]));
		await printRange(await client.api.ranges.get({ range: id }), format);
	});
}
