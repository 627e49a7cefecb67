import type { DeployPreview } from "../../../contract/blueprints.ts";
import { formatBytes } from "../../../contract/format-bytes.ts";
import { describeFindings } from "./describe-update.ts";
import { networkTable } from "./network-table.ts";
import { plain, plainLines, table } from "./text.ts";

/** What a deploy would make, for `--dry-run`. */
export function describePreview(preview: DeployPreview): string {
	const { blueprint, limits } = preview;
	const parts = [
		[
			`${plain(preview.rangeName)}: ${plain(blueprint.title ?? blueprint.name)}`,
			...(blueprint.description === null ? [] : [plainLines(blueprint.description)]),
			`  limits  ${limits.cpus} CPUs, ${formatBytes(limits.memoryBytes)} of memory` +
				(limits.diskBytes === null ? "" : `, ${formatBytes(limits.diskBytes)} of disk`),
		].join("\n"),
		networkTable(preview.networks, preview.routes),
		table(
			["MACHINE", "IMAGE", "ADDRESSES", "AFTER"],
			preview.machines.map(({ name, image, nics, dependsOn }) => [
				name,
				image,
				nics.map((nic) => `${nic.network} ${nic.ip}`).join(", "),
				dependsOn.join(", "),
			]),
		),
		table(
			["IMAGE", "ON THE HOST", "SIZE"],
			preview.images.map(({ image, present, sizeBytes }) => [
				image,
				present ? "yes" : "no",
				sizeBytes === null ? "-" : formatBytes(sizeBytes),
			]),
		),
		describeFindings(preview.findings),
		preview.warnings.map((issue) => `warning: line ${issue.line}: ${plain(issue.message)}`).join("\n"),
		`Steps:\n${preview.steps.map((step, index) => `  ${index + 1}. ${plain(step.title)}`).join("\n")}`,
	];
	return parts.filter((part) => part !== "").join("\n\n");
}
