import type { NetworkProbe } from "../../contract/network-test.ts";

/** How a cell stands: something is not as wanted, something could not be seen, or all is as wanted. */
export type Verdict = "wrong" | "unknown" | "right";

export interface Cell {
	readonly verdict: Verdict;
	/** What was seen: everything reached, nothing, or a part. */
	readonly seen: "reaches" | "blocked" | "partly" | "unknown";
	/** Of "partly": what was reached. */
	readonly reached: readonly string[];
	readonly probes: readonly NetworkProbe[];
}

export interface Matrix {
	/** Machines that probed. */
	readonly rows: readonly string[];
	/** Machines that were probed; null stands for the internet, and is the last. */
	readonly columns: readonly (string | null)[];
	/** Null where nothing was probed: a machine and itself. */
	cell(row: string, column: string | null): Cell | null;
}

const keyOf = (row: string, column: string | null): string => `${row} ${column ?? ""}`;

/** Pure: the probes as a table, machine against machine. */
export function matrixOf(probes: readonly NetworkProbe[]): Matrix {
	const rows = [...new Set(probes.map(({ from }) => from.machine))];
	const targets = new Set(probes.map(({ to }) => to.machine));
	const columns = [...rows.filter((name) => targets.has(name)), ...(targets.has(null) ? [null] : [])];
	const cells = new Map<string, NetworkProbe[]>();
	for (const probe of probes) {
		const key = keyOf(probe.from.machine, probe.to.machine);
		cells.set(key, [...(cells.get(key) ?? []), probe]);
	}
	return {
		rows,
		columns,
		cell(row, column) {
			const found = cells.get(keyOf(row, column));
			return found === undefined ? null : cellOf(found);
		},
	};
}

function cellOf(probes: readonly NetworkProbe[]): Cell {
	const known = probes.filter(({ seen }) => seen !== "unknown");
	const reached = known.filter(({ seen }) => seen === "reaches");
	const isWrong = known.some(({ seen, wanted }) => seen !== wanted);
	return {
		verdict: isWrong ? "wrong" : known.length < probes.length ? "unknown" : "right",
		seen:
			known.length === 0
				? "unknown"
				: reached.length === 0
					? "blocked"
					: reached.length === known.length
						? "reaches"
						: "partly",
		reached: [...new Set(reached.map(({ probe }) => probe))],
		probes,
	};
}
