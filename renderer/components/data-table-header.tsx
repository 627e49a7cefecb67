// biome-ignore-all lint/a11y/useSemanticElements: a virtual list places its rows itself, which a table element does not allow; the roles make it a grid
import type { ReactTable, RowData } from "@tanstack/react-table";
import { ArrowDown, ArrowUp } from "lucide-react";
import { strings } from "../strings.ts";
import type { TableColumn, tableSorting } from "./data-table.tsx";

interface Selection {
	count: number;
	total: number;
	setAll: (isTaken: boolean) => void;
}

/** The table's column titles, which sort, and the box that takes all rows. */
export function DataTableHeader<T extends RowData>(props: {
	table: ReactTable<typeof tableSorting, T>;
	minWidth: number;
	template: string;
	columns: readonly TableColumn<T>[];
	selection: Selection | null;
}) {
	const { table, selection } = props;
	return (
		<div role="rowgroup" className="sticky top-0 z-10" style={{ minWidth: props.minWidth }}>
			<div
				role="row"
				aria-rowindex={1}
				tabIndex={-1}
				className="grid h-7 w-full items-center gap-x-3 border-b border-line bg-canvas px-5 text-sm text-muted"
				style={{ gridTemplateColumns: props.template }}
			>
				{selection !== null && (
					<div role="columnheader" tabIndex={-1} className="flex">
						<input
							type="checkbox"
							aria-label={strings.table.takeAll}
							checked={selection.total > 0 && selection.count === selection.total}
							ref={(box) => {
								if (box !== null) box.indeterminate = selection.count > 0 && selection.count < selection.total;
							}}
							onChange={(event) => selection.setAll(event.target.checked)}
							className="size-3.5 accent-accent"
						/>
					</div>
				)}
				{props.columns.map((column) => {
					const model = table.getColumn(column.id);
					const order = model?.getIsSorted() ?? false;
					return (
						<div
							key={column.id}
							role="columnheader"
							tabIndex={-1}
							aria-sort={order === "asc" ? "ascending" : order === "desc" ? "descending" : undefined}
							className="min-w-0"
						>
							{model?.getCanSort() === true ? (
								<button
									type="button"
									onClick={() => model.toggleSorting()}
									className="-mx-1 inline-flex items-center gap-1 rounded-sm px-1 hover:bg-hover hover:text-text"
								>
									{column.title}
									{order === "asc" && <ArrowUp size={12} aria-hidden="true" />}
									{order === "desc" && <ArrowDown size={12} aria-hidden="true" />}
								</button>
							) : (
								column.title
							)}
						</div>
					);
				})}
			</div>
		</div>
	);
}
