// biome-ignore-all lint/a11y/useSemanticElements: a virtual list places its rows itself, which a table element does not allow; the roles make it a grid
import {
	type ColumnDef,
	createSortedRowModel,
	rowSortingFeature,
	sortFn_alphanumeric,
	tableFeatures,
	useTable,
} from "@tanstack/react-table";
import { useVirtualizer } from "@tanstack/react-virtual";
import { type KeyboardEvent, memo, type ReactNode, useCallback, useMemo, useRef, useState } from "react";
import { classes } from "../format/join.ts";
import { strings } from "../strings.ts";
import { DataTableHeader } from "./data-table-header.tsx";

export interface TableColumn<T> {
	id: string;
	title: string;
	/** A track of the grid: "minmax(160px, 2fr)". */
	width: string;
	cell: (row: T) => ReactNode;
	/** What the column sorts by; absent: it does not sort. */
	sortBy?: (row: T) => string | number;
	compare?: (a: T, b: T) => number;
}

export interface DataTableProps<T> {
	label: string;
	rows: readonly T[];
	/** Narrower than this the table scrolls sideways, in px. */
	minWidth: number;
	/** Keep it outside of the render: rows are drawn again when it changes. */
	columns: readonly TableColumn<T>[];
	getId: (row: T) => string;
	/** What a reader calls the row. */
	getName: (row: T) => string;
	/** Ids of the taken rows; absent: rows cannot be taken. */
	selected?: ReadonlySet<string>;
	onSelect?: (selected: ReadonlySet<string>) => void;
	onOpen?: (row: T) => void;
}

export const tableSorting = tableFeatures({
	rowSortingFeature,
	sortedRowModel: createSortedRowModel(),
	sortFns: { alphanumeric: sortFn_alphanumeric },
});

const rowHeight = 32;
const none: ReadonlySet<string> = new Set();

/** A sortable table of any length: only the rows in view are in the page. Arrow keys move, Enter opens, Space takes. */
export function DataTable<T extends object>(props: DataTableProps<T>) {
	const { rows, columns, getId, selected, onSelect, onOpen } = props;
	const scroller = useRef<HTMLDivElement>(null);
	const [current, setCurrent] = useState(0);

	const definitions = useMemo(
		() =>
			columns.map(
				(column): ColumnDef<typeof tableSorting, T> => ({
					id: column.id,
					header: column.title,
					accessorFn: column.sortBy ?? (() => ""),
					enableSorting: column.sortBy !== undefined,
					sortFn:
						column.compare === undefined ? "alphanumeric" : (a, b) => column.compare?.(a.original, b.original) ?? 0,
				}),
			),
		[columns],
	);
	const data = useMemo(() => [...rows], [rows]);
	const table = useTable({ features: tableSorting, columns: definitions, data, getRowId: getId });
	const sorted = table.getRowModel().rows;

	const virtual = useVirtualizer({
		count: sorted.length,
		getScrollElement: () => scroller.current,
		estimateSize: () => rowHeight,
		overscan: 12,
	});

	const template = `${selected === undefined ? "" : "32px "}${columns.map((column) => column.width).join(" ")}`;

	const toggle = useCallback(
		(id: string) => {
			if (selected === undefined) return;
			const next = new Set(selected);
			if (!next.delete(id)) next.add(id);
			onSelect?.(next);
		},
		[selected, onSelect],
	);

	const focusRow = (index: number): void => {
		const to = Math.min(sorted.length - 1, Math.max(0, index));
		setCurrent(to);
		virtual.scrollToIndex(to);
		requestAnimationFrame(() => scroller.current?.querySelector<HTMLElement>(`[data-index="${to}"]`)?.focus());
	};

	const onKeyDown = (event: KeyboardEvent): void => {
		// Keys of a button inside a row are that button's.
		if (!(event.target instanceof HTMLElement) || event.target.role !== "row") return;
		const row = sorted[current];
		const page = Math.max(1, Math.floor((scroller.current?.clientHeight ?? 0) / rowHeight) - 1);
		const moves: Record<string, number> = {
			ArrowDown: current + 1,
			ArrowUp: current - 1,
			PageDown: current + page,
			PageUp: current - page,
			Home: 0,
			End: sorted.length - 1,
		};
		const move = moves[event.key];
		if (move !== undefined) focusRow(move);
		else if (event.key === "Enter" && row !== undefined) onOpen?.(row.original);
		else if (event.key === " " && row !== undefined) toggle(row.id);
		else return;
		event.preventDefault();
	};

	const focusable = Math.min(current, sorted.length - 1);
	return (
		<div
			ref={scroller}
			role="grid"
			aria-label={props.label}
			aria-rowcount={sorted.length + 1}
			aria-multiselectable={selected === undefined ? undefined : true}
			onKeyDown={onKeyDown}
			className="h-full overflow-auto"
			tabIndex={-1}
		>
			<DataTableHeader
				table={table}
				minWidth={props.minWidth}
				template={template}
				columns={columns}
				selection={
					selected === undefined
						? null
						: {
								count: sorted.filter((row) => selected.has(row.id)).length,
								total: sorted.length,
								setAll: (isTaken) => onSelect?.(isTaken ? new Set(sorted.map((row) => row.id)) : none),
							}
				}
			/>
			<div role="rowgroup" className="relative" style={{ height: virtual.getTotalSize(), minWidth: props.minWidth }}>
				{virtual.getVirtualItems().map((item) => {
					const row = sorted[item.index];
					if (row === undefined) return null;
					return (
						<TableRow
							key={row.id}
							row={row.original}
							id={row.id}
							name={props.getName(row.original)}
							index={item.index}
							top={item.start}
							template={template}
							columns={columns as readonly TableColumn<object>[]}
							isTaken={selected?.has(row.id) ?? null}
							isFocusable={item.index === focusable}
							onFocus={setCurrent}
							onToggle={toggle}
							onOpen={onOpen as ((row: object) => void) | undefined}
						/>
					);
				})}
			</div>
		</div>
	);
}

interface TableRowProps {
	row: object;
	id: string;
	name: string;
	index: number;
	top: number;
	template: string;
	columns: readonly TableColumn<object>[];
	/** Null where rows cannot be taken. */
	isTaken: boolean | null;
	isFocusable: boolean;
	onFocus: (index: number) => void;
	onToggle: (id: string) => void;
	onOpen: ((row: object) => void) | undefined;
}

const TableRow = memo(function TableRow(props: TableRowProps) {
	const { row, id, index, isTaken, onFocus, onToggle, onOpen } = props;
	return (
		// biome-ignore lint/a11y/useKeyWithClickEvents: the grid handles the keys of all its rows
		<div
			role="row"
			aria-rowindex={index + 2}
			aria-label={props.name}
			aria-selected={isTaken ?? undefined}
			data-index={index}
			tabIndex={props.isFocusable ? 0 : -1}
			onFocus={() => onFocus(index)}
			onClick={(event) => {
				// A menu of the row stands elsewhere in the document, but its presses come here too.
				if (!(event.target instanceof Element) || !event.currentTarget.contains(event.target)) return;
				if (event.target.closest("button, a, input") === null) onOpen?.(row);
			}}
			className={classes(
				"absolute grid w-full items-center gap-x-3 border-b border-line px-5 hover:bg-hover aria-selected:bg-selected",
			)}
			style={{ gridTemplateColumns: props.template, height: rowHeight, transform: `translateY(${props.top}px)` }}
		>
			{isTaken !== null && (
				<div role="gridcell" tabIndex={-1} className="flex">
					<input
						type="checkbox"
						tabIndex={-1}
						checked={isTaken}
						aria-label={strings.table.take(props.name)}
						onChange={() => onToggle(id)}
						className="size-3.5 accent-accent"
					/>
				</div>
			)}
			{props.columns.map((column) => (
				<div key={column.id} role="gridcell" tabIndex={-1} className="min-w-0 truncate">
					{column.cell(row)}
				</div>
			))}
		</div>
	);
});
