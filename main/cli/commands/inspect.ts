import { formatBytes } from "../../../contract/format-bytes.ts";
import type { RangeDetail } from "../../../contract/ranges.ts";
import { withEngine } from "../connect.ts";
import { inspectShape } from "../shapes.ts";
import { networkTable } from "../terminal/network-table.ts";
import { type Format, print, printJson } from "../terminal/print.ts";
import { paintState, plain, table } from "../terminal/text.ts";

export async function inspect(range: string, format: Format): Promise<void> {
	const detail = await withEngine((client) => client.api.ranges.get({ range }));
	await printRange(detail, format);
}

export async function printRange(range: RangeDetail, format: Format): Promise<void> {
	if (format === "json") await printJson(inspectShape(range));
	else await print(rangeText(range));
}

function shared(bytes: number): string {
	return bytes === 0 ? "" : ` Shared: ${formatBytes(bytes)}.`;
}

function rangeText(range: RangeDetail): string {
	const { dind, layers } = range;
	const facts = [
		`${plain(range.name)}  ${paintState(range.state)}  ${range.id}`,
		range.reason === null ? null : `  ${plain(range.reason)}`,
		range.interrupted === null
			? null
			: `  interrupted: ${plain(range.interrupted)}; \`homerange continue ${range.name}\` goes on with it`,
		`  blueprint  ${plain(range.blueprint.title ?? range.blueprint.name)} (${range.blueprint.sha256.slice(0, 12)})`,
		dind === null
			? null
			: `  container  ${dind.container}, engine ${dind.engine ?? "not started"}, ${dind.profile}: ${plain(dind.profileReason)}`,
		layers === null ? null : `  images     ${plain(layers.reason)}${shared(layers.sharedBytes)}`,
	].filter((line) => line !== null);
	const machines = range.machines.map((machine) => [
		machine.name,
		machine.state,
		machine.nics.map((nic) => `${nic.network} ${nic.ip}`).join(", "),
		machine.source.name,
		machine.consoles.join(", "),
		machine.reason ?? "",
	]);
	return [
		facts.join("\n"),
		networkTable(range.networks, range.routes),
		table(["MACHINE", "STATE", "ADDRESSES", "SOURCE", "CONSOLES", "REASON"], machines, (cell, column) =>
			column === 1 ? paintState(cell) : cell,
		),
	].join("\n\n");
}
