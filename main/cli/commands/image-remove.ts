import { formatBytes } from "../../../contract/format-bytes.ts";
import type { PrunePlan } from "../../../contract/images.ts";
import { withEngine } from "../connect.ts";
import { followTasks, throwIfFailed } from "../follow-tasks.ts";
import { confirm } from "../terminal/ask.ts";
import { type Format, print, printJson, say } from "../terminal/print.ts";
import { plain, table } from "../terminal/text.ts";

export interface DeleteImageOptions {
	force?: boolean;
	yes?: boolean;
	format: Format;
}

export interface PruneImageOptions {
	dryRun?: boolean;
	all?: boolean;
	yes?: boolean;
	format: Format;
}

export async function deleteImage(name: string, { force = false, yes, format }: DeleteImageOptions): Promise<void> {
	await withEngine(async ({ api }) => {
		if (!yes) await confirm(`Delete the image ${plain(name)}?`);
		const deleted = await api.images.delete({ image: name, force });
		if (format === "json") return await printJson(deleted);
		if (deleted.note !== null) say(plain(deleted.note));
		if (deleted.removed.length > 0) {
			await print(`Deleted ${plain(deleted.removed.join(", "))}; ${formatBytes(deleted.freedBytes)} freed.`);
		}
	});
}

/** Prints the plan; without `--dry-run` also carries it out. JSON: `{"images": […], "freedBytes": N, "done": BOOLEAN}`. */
export async function pruneImages(names: string[], options: PruneImageOptions): Promise<void> {
	const { dryRun = false, all = false, yes, format } = options;
	await withEngine(async (client) => {
		const request = { all, ...(names.length === 0 ? {} : { only: names }) };
		const { plan } = await client.api.images.prune({ ...request, dryRun: true });
		const isDone = !dryRun && plan.images.length > 0;
		if (format === "text") await print(planText(plan));
		if (isDone) {
			if (!yes) await confirm(`Delete ${plan.images.length} image(s)?`);
			// What was shown is what goes: what came to it meanwhile stays.
			const only = plan.images.map((image) => image.name);
			const { taskId } = await client.api.images.prune({ all, only, dryRun: false });
			if (taskId !== null) throwIfFailed(await followTasks(client, [taskId]));
		}
		if (format === "json") await printJson({ ...plan, done: isDone });
	});
}

function planText({ images, freedBytes }: PrunePlan): string {
	if (images.length === 0) return "Everything is used: there is nothing to delete.";
	const rows = images.map(({ name, kind, sizeBytes, lastUsed }) => [
		name,
		kind,
		formatBytes(sizeBytes),
		lastUsed?.slice(0, 10) ?? "-",
	]);
	return `${table(["IMAGE", "KIND", "SIZE", "LAST USED"], rows)}\n\n${formatBytes(freedBytes)} would be freed.`;
}
