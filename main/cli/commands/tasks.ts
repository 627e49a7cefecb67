import { withEngine } from "../connect.ts";
import { followTasks } from "../follow-tasks.ts";
import { type Format, print, printJson } from "../terminal/print.ts";
import { paintState, table } from "../terminal/text.ts";

export async function listTasks(format: Format): Promise<void> {
	const tasks = await withEngine((client) => client.api.tasks.list({}));
	if (format === "json") return printJson(tasks);
	if (tasks.length === 0) return print("No operations yet.");
	const rows = tasks.map(({ id, state, title, steps, createdAt, error }) => [
		id,
		state,
		`${steps.filter((step) => step.endedAt !== null).length}/${steps.length}`,
		createdAt.replace("T", " ").slice(0, 19),
		error === null ? title : `${title}: ${error.message}`,
	]);
	await print(
		table(["TASK", "STATE", "STEPS", "BEGAN (UTC)", "WHAT"], rows, (cell, column) =>
			column === 1 ? paintState(cell) : cell,
		),
	);
}

export async function cancelTask(taskId: string): Promise<void> {
	await withEngine(async (client) => {
		const task = await client.api.tasks.cancel({ taskId });
		const [ended] = task.endedAt === null ? await followTasks(client, [taskId]) : [task];
		await print(`The operation is ${ended?.state ?? "gone"}.`);
	});
}

export async function clearTasks(): Promise<void> {
	const { removed } = await withEngine((client) => client.api.tasks.clear({}));
	await print(`Forgot ${removed} operation(s).`);
}
