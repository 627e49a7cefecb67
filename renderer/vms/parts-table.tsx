import type { ReactNode } from "react";
import { classes } from "../format/join.ts";

/** The parts of one kind that a virtual machine has, a row for each. */
export function PartsTable(props: {
	label: string;
	/** What is said when there are none. */
	none: string;
	heads: readonly string[];
	rows: readonly { key: string; cells: readonly ReactNode[] }[];
}) {
	if (props.rows.length === 0) return <p className="text-muted">{props.none}</p>;
	return (
		<div className="overflow-x-auto rounded-lg border border-line bg-surface">
			<table aria-label={props.label} className="w-full text-left">
				<thead className="text-sm text-muted">
					<tr>
						{props.heads.map((head) => (
							<th key={head} scope="col" className="px-4 py-1.5 font-medium">
								{head}
							</th>
						))}
					</tr>
				</thead>
				<tbody>
					{props.rows.map(({ key, cells }) => (
						<tr key={key} className="border-t border-line align-middle">
							{cells.map((cell, at) => (
								<td
									key={props.heads[at]}
									className={classes(
										"px-4 py-1.5",
										typeof cell === "string" && cell.length < 48 && "whitespace-nowrap",
									)}
								>
									{cell}
								</td>
							))}
						</tr>
					))}
				</tbody>
			</table>
		</div>
	);
}
