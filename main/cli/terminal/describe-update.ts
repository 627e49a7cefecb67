import type { PreflightFinding } from "../../../contract/blueprints.ts";
import type { RangeChange, RangeUpdate } from "../../../contract/range-update.ts";
import { plain, styled } from "./text.ts";

const marks: Readonly<Record<RangeChange["kind"], string>> = { add: "+", remove: "-", change: "~", recreate: "!" };

/** What an update changes, one line for each difference. */
export function describeUpdate({ rangeName, changes, findings }: RangeUpdate): string {
	const lost = changes.filter(({ losesData }) => losesData).length;
	const parts = [
		changes.length === 0
			? `${plain(rangeName)} is as the blueprint says.`
			: [`${plain(rangeName)} changes:`, ...changes.map(changeLine)].join("\n"),
		lost === 0 ? "" : styled("yellow", `${lost} machine(s) lose their disks.`),
		describeFindings(findings),
	];
	return parts.filter((part) => part !== "").join("\n\n");
}

function changeLine({ kind, message, losesData }: RangeChange): string {
	return `  ${marks[kind]} ${plain(message)}${losesData ? styled("yellow", " Its disk is lost.") : ""}`;
}

/** One line for each finding of the pre-flight report. */
export function describeFindings(findings: readonly PreflightFinding[]): string {
	return findings
		.map(
			({ severity, subject, message, remedy }) =>
				`${severity}: ${plain(subject)}: ${plain(message)}${remedy === null ? "" : ` ${plain(remedy)}`}`,
		)
		.join("\n");
}
