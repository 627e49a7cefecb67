import { withEngine } from "../connect.ts";
import { listShape } from "../shapes.ts";
import { type Format, print, printJson } from "../terminal/print.ts";
import { paintState, table } from "../terminal/text.ts";

export async function list(format: Format): Promise<void> {
	const ranges = await withEngine((client) => client.api.ranges.list({}));
	if (format === "json") return printJson(ranges.map(listShape));
	if (ranges.length === 0) return print("No ranges yet. `homerange deploy first-range` makes one.");
	const rows = ranges.map(({ name, state, counts, blueprint, createdAt, reason }) => [
		name,
		state,
		`${counts.machinesUp}/${counts.machines}`,
		blueprint.name,
		createdAt.replace("T", " ").slice(0, 16),
		reason ?? "",
	]);
	await print(
		table(["RANGE", "STATE", "UP", "BLUEPRINT", "CREATED (UTC)", "REASON"], rows, (cell, column) =>
			column === 1 ? paintState(cell) : cell,
		),
	);
}
