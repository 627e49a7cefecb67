import type { Leftovers } from "../../../contract/leftovers.ts";
import { withEngine } from "../connect.ts";
import { confirm } from "../terminal/ask.ts";
import { type Format, print, printJson, say } from "../terminal/print.ts";
import { plain, table } from "../terminal/text.ts";

export interface PruneOptions {
	dryRun?: boolean;
	yes?: boolean;
	format: Format;
}

const providers = { docker: "Docker", libvirt: "libvirt" } as const;

/** Prints what is left over; without `--dry-run` also removes it. JSON: `{"found": […], "problems": […], "done": BOOLEAN}`. */
export async function prune({ dryRun = false, yes, format }: PruneOptions): Promise<void> {
	await withEngine(async ({ api }) => {
		const found = await api.doctor.leftovers({});
		for (const problem of found.problems) say(plain(problem));
		if (format === "text") await print(foundText(found));
		const isDone = !dryRun && found.found.length > 0;
		if (!isDone) return format === "json" ? await printJson({ ...found, done: false }) : undefined;
		if (!yes) await confirm("Remove all of it?");
		const removed = await api.doctor.prune({});
		for (const problem of removed.problems) say(plain(problem));
		if (format === "json") return await printJson({ ...removed, done: true });
		await print(removed.found.length === 0 ? "Nothing was removed." : "Removed.");
	});
}

function foundText({ found, problems }: Leftovers): string {
	if (found.length === 0) {
		return problems.length === 0 ? "Nothing is left over." : "Nothing else is left over, as far as could be seen.";
	}
	const rows = found.map(({ range, rangeId, provider, names }) => [
		plain(range ?? rangeId ?? "-"),
		providers[provider],
		plain(names.join(", ")),
	]);
	return table(["OF RANGE", "ON", "WHAT"], rows);
}
