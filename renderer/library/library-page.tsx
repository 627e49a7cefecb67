import { Library, SearchX } from "lucide-react";
import { useMemo, useState } from "react";
import type { Template } from "../../contract/library.ts";
import { rpc } from "../bridge/client.ts";
import { Button } from "../components/button.tsx";
import { DataTable, type TableColumn } from "../components/data-table.tsx";
import { EmptyState } from "../components/empty-state.tsx";
import { SearchInput } from "../components/field.tsx";
import { ErrorNotice } from "../components/notice.tsx";
import { Page } from "../components/page.tsx";
import { formatBytes } from "../format/bytes.ts";
import { useRequest } from "../hooks/use-request.ts";
import { strings } from "../strings.ts";

const words = strings.library.columns;

const columns: readonly TableColumn<Template>[] = [
	{
		id: "title",
		title: words.title,
		width: "minmax(140px, 1fr)",
		cell: (one) => <span className="font-medium">{one.title}</span>,
		sortBy: (one) => one.title,
	},
	{
		id: "name",
		title: words.name,
		width: "minmax(110px, 0.8fr)",
		cell: (one) => <code className="font-mono text-sm">{one.name}</code>,
		sortBy: (one) => one.name,
	},
	{
		id: "description",
		title: words.description,
		width: "minmax(140px, 2fr)",
		cell: (one) => (
			<span className="text-muted" title={one.description}>
				{one.description}
			</span>
		),
	},
	{
		id: "image",
		title: words.image,
		width: "minmax(140px, 1fr)",
		cell: (one) => <code className="font-mono text-sm text-muted">{one.image}</code>,
		sortBy: (one) => one.image,
	},
	{
		id: "memory",
		title: words.memory,
		width: "80px",
		cell: (one) => (one.memoryBytes === null ? "" : formatBytes(one.memoryBytes)),
		sortBy: (one) => one.memoryBytes ?? 0,
	},
	{
		id: "consoles",
		title: words.consoles,
		width: "104px",
		cell: (one) => (
			<span className="text-muted">{one.consoles.map((kind) => strings.consoles.kinds[kind]).join(", ")}</span>
		),
	},
];

const nameOf = (one: Template): string => one.name;

function filterTemplates(list: readonly Template[], text: string): Template[] {
	const wanted = text.trim().toLowerCase();
	return list.filter((one) =>
		[one.name, one.title, one.description, one.image, ...one.tags].some((part) => part.toLowerCase().includes(wanted)),
	);
}

/** What a machine can start from. */
export function LibraryPage() {
	const { data, error, isLoading, reload } = useRequest((signal) => rpc().library.templates({}, { signal }), []);
	const [text, setText] = useState("");
	const shown = useMemo(() => filterTemplates(data ?? [], text), [data, text]);
	return (
		<Page
			title={strings.places.library}
			name={strings.places.library}
			isFlush
			lead={<span className="text-sm text-muted">{strings.library.lead}</span>}
			toolbar={
				data !== null &&
				data.length > 0 && (
					<>
						<SearchInput label={strings.library.search} value={text} onChange={setText} />
						<span className="ml-auto text-sm text-faint" role="status">
							{strings.common.countOf(shown.length, data.length)}
						</span>
					</>
				)
			}
		>
			{error !== null && (
				<div className="p-5">
					<ErrorNotice error={error} actions={<Button onClick={reload}>{strings.common.tryAgain}</Button>} />
				</div>
			)}
			{!isLoading && data?.length === 0 && (
				<EmptyState icon={Library} title={strings.library.none} body={strings.library.noneBody} />
			)}
			{data !== null && data.length > 0 && shown.length === 0 && (
				<EmptyState icon={SearchX} title={strings.library.noneFound} body={strings.library.noneFoundBody}>
					<Button onClick={() => setText("")}>{strings.common.clearFilter}</Button>
				</EmptyState>
			)}
			{shown.length > 0 && (
				<DataTable
					label={strings.places.library}
					rows={shown}
					columns={columns}
					minWidth={760}
					getId={nameOf}
					getName={nameOf}
				/>
			)}
		</Page>
	);
}
