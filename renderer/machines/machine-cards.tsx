import { useMemo } from "react";
import { Link } from "react-router";
import type { RangeDetail } from "../../contract/ranges.ts";
import { paths } from "../app/navigation.ts";
import { type CardGroup, CardLines } from "../components/card-lines.tsx";
import { StateMark } from "../components/state-mark.tsx";
import { rangeMark, rangeWord } from "../ranges/range-word.ts";
import { strings } from "../strings.ts";
import { VmCard } from "../vms/vm-card.tsx";
import { type PlaceFilter, placeOf } from "./filter-machines.ts";
import { hasPicture, MachineCard } from "./machine-card.tsx";
import { type MachineRow, rowId, rowProvider } from "./machine-row.ts";

/** The machines as cards: by their range, then those that stand alone, then those of other tools. */
export function MachineCards({ rows }: { rows: readonly MachineRow[] }) {
	const groups = useMemo(() => groupsOf(rows), [rows]);
	return (
		<CardLines
			label={strings.places.machines}
			groups={groups}
			getKey={rowId}
			isTall={(row) => row.kind === "vm" || hasPicture(row.machine)}
			renderCard={(row) =>
				row.kind === "vm" ? (
					<VmCard vm={row.vm} />
				) : (
					<MachineCard range={row.range} machine={row.machine} network={row.machine.nics[0]?.network ?? ""} />
				)
			}
		/>
	);
}

function groupsOf(rows: readonly MachineRow[]): CardGroup<MachineRow>[] {
	const rank = (place: PlaceFilter): number => ["standalone", "foreign"].indexOf(place);
	return [...Map.groupBy(rows, placeOf)]
		.toSorted(([a], [b]) => rank(a) - rank(b))
		.map(([place, items]) => {
			const first = items[0];
			const range = first?.kind === "machine" ? first.range : null;
			return { id: place, heading: <Heading range={range} isForeign={place === "foreign"} rows={items} />, items };
		});
}

function Heading(props: { range: RangeDetail | null; isForeign: boolean; rows: readonly MachineRow[] }) {
	const { range, isForeign, rows } = props;
	const words = strings.vms.machines;
	const vms = rows.filter((row) => rowProvider(row) === "libvirt").length;
	return (
		<div className="flex flex-wrap items-center gap-x-3 gap-y-1 pt-1">
			<h2 className="font-semibold">
				{range === null ? (
					isForeign ? (
						words.foreignGroup
					) : (
						words.standaloneGroup
					)
				) : (
					<Link to={paths.range(range.id)} className="hover:underline">
						{range.name}
					</Link>
				)}
			</h2>
			{range !== null && <StateMark mark={rangeMark(range)} word={rangeWord(range)} />}
			<span className="text-sm text-muted">{strings.vms.counts(rows.length - vms, vms)}</span>
		</div>
	);
}
