import { withEngine } from "../connect.ts";
import { followTasks, throwIfFailed } from "../follow-tasks.ts";
import { confirm } from "../terminal/ask.ts";
import { type Format, print, printJson } from "../terminal/print.ts";
import { plain } from "../terminal/text.ts";

export interface DestroyOptions {
	yes?: boolean;
	format: Format;
}

export async function destroy(range: string, options: DestroyOptions): Promise<void> {
	await withEngine(async (client) => {
		const { id, name, machines } = await client.api.ranges.get({ range });
		if (!options.yes) {
			await confirm(`Destroy ${plain(name)} with its ${machines.length} machine(s) and all their disks?`);
		}
		const { taskId } = await client.api.ranges.destroy({ range: id });
		throwIfFailed(await followTasks(client, [taskId]));
		if (options.format === "json") await printJson({ id, name, state: "destroyed" });
		else await print(`${plain(name)} is destroyed.`);
	});
}
