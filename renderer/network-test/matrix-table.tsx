import { useId, useMemo, useState } from "react";
import { describeProbe } from "../../contract/describe-probe.ts";
import type { NetworkProbe } from "../../contract/network-test.ts";
import { StateGlyph, StateMark } from "../components/state-mark.tsx";
import type { Mark } from "../components/states.ts";
import { strings } from "../strings.ts";
import { type Cell, matrixOf, type Verdict } from "./matrix.ts";

const marks: Record<Verdict, Mark> = {
	right: { tone: "ok", shape: "check" },
	unknown: { tone: "warn", shape: "ring" },
	wrong: { tone: "bad", shape: "cross" },
};

interface Chosen {
	row: string;
	column: string | null;
}

const nameOf = (column: string | null): string => column ?? strings.networkTest.internet;

/** Who reaches whom. Each cell is a button that shows its probes in words below the table. */
export function MatrixTable({ probes }: { probes: readonly NetworkProbe[] }) {
	const matrix = useMemo(() => matrixOf(probes), [probes]);
	const [chosen, setChosen] = useState<Chosen | null>(null);
	const details = useId();
	return (
		<>
			<div className="overflow-x-auto">
				<table className="border-collapse text-sm" aria-label={strings.networkTest.table}>
					<thead>
						<tr>
							<th scope="col" className="px-2 py-1 text-left font-medium text-muted">
								{strings.networkTest.fromTo}
							</th>
							{matrix.columns.map((column) => (
								<th key={column ?? ""} scope="col" className="px-2 py-1 text-left font-semibold">
									{nameOf(column)}
								</th>
							))}
						</tr>
					</thead>
					<tbody>
						{matrix.rows.map((row) => (
							<tr key={row} className="border-t border-line">
								<th scope="row" className="px-2 py-1 text-left font-semibold">
									{row}
								</th>
								{matrix.columns.map((column) => (
									<td key={column ?? ""} className="p-0.5">
										<CellButton
											cell={matrix.cell(row, column)}
											pair={{ row, column }}
											isChosen={chosen?.row === row && chosen.column === column}
											details={details}
											onChoose={setChosen}
										/>
									</td>
								))}
							</tr>
						))}
					</tbody>
				</table>
			</div>
			<Details id={details} cell={chosen === null ? null : matrix.cell(chosen.row, chosen.column)} chosen={chosen} />
		</>
	);
}

function CellButton(props: {
	cell: Cell | null;
	pair: Chosen;
	isChosen: boolean;
	details: string;
	onChoose: (pair: Chosen) => void;
}) {
	const { cell, pair } = props;
	if (cell === null) return <span className="block px-2 text-faint">–</span>;
	const word = wordOf(cell);
	return (
		<button
			type="button"
			aria-pressed={props.isChosen}
			aria-controls={props.details}
			aria-label={strings.networkTest.cell(
				pair.row,
				nameOf(pair.column),
				word,
				strings.networkTest.verdicts[cell.verdict],
			)}
			onClick={() => props.onChoose(pair)}
			className="flex w-full items-center rounded-md px-2 py-1 hover:bg-hover aria-pressed:bg-selected"
		>
			<StateMark mark={marks[cell.verdict]} word={word} />
		</button>
	);
}

function wordOf({ seen, reached }: Cell): string {
	return seen === "partly" ? reached.join(", ") : strings.networkTest.seen[seen];
}

function Details({ id, cell, chosen }: { id: string; cell: Cell | null; chosen: Chosen | null }) {
	return (
		<div id={id} aria-live="polite" className="min-h-6">
			{cell === null || chosen === null ? (
				<p className="text-sm text-faint">{strings.networkTest.choose}</p>
			) : (
				<ul aria-label={strings.networkTest.probesOf(chosen.row, nameOf(chosen.column))} className="selectable">
					{cell.probes.map((probe) => (
						<li key={`${probe.to.ip} ${probe.probe}`} className="flex items-center gap-2 text-sm">
							<StateGlyph mark={marks[verdictOf(probe)]} />
							{describeProbe(probe)}
						</li>
					))}
				</ul>
			)}
		</div>
	);
}

function verdictOf({ seen, wanted }: NetworkProbe): Verdict {
	if (seen === "unknown") return "unknown";
	return seen === wanted ? "right" : "wrong";
}
