import { BrushCleaning, Download, FileUp, FolderUp, Hammer, Package, SearchX } from "lucide-react";
import { useMemo, useState } from "react";
import { buildImage, importImage } from "../actions/image-actions.ts";
import { navigateTo, paths } from "../app/navigation.ts";
import { Button } from "../components/button.tsx";
import { DataTable } from "../components/data-table.tsx";
import { EmptyState } from "../components/empty-state.tsx";
import { SearchInput, Segments } from "../components/field.tsx";
import { Menu } from "../components/menu.tsx";
import { ErrorNotice, Notice } from "../components/notice.tsx";
import { Page } from "../components/page.tsx";
import { EnginePage } from "../engine/engine-page.tsx";
import { openFormDialog } from "../stores/dialog.ts";
import { useEngine } from "../stores/engine.ts";
import { useImages } from "../stores/images.ts";
import { strings } from "../strings.ts";
import { imageColumns } from "./image-columns.tsx";
import { filterImages, type ImageFilter, type ImageRow, imageRows, noImageFilter } from "./image-rows.ts";

const words = strings.images;
const idOf = (row: ImageRow): string => row.id;
const nameOf = (row: ImageRow): string => row.name;

/** The image cache: what is on the engine and in the pool, what it takes up, and who needs it. */
export function ImagesPage() {
	const { data, error, reload } = useImages();
	const isMissing = useEngine((state) => state.docker?.state === "unreachable");
	const [filter, setFilter] = useState<ImageFilter>(noImageFilter);
	const rows = useMemo(() => imageRows(data?.images ?? []), [data]);
	const shown = useMemo(() => filterImages(rows, filter), [rows, filter]);
	if (isMissing && rows.length === 0) return <EnginePage />;
	return (
		<Page
			title={strings.places.images}
			name={strings.places.images}
			isFlush
			actions={<ImagesActions hasImages={rows.length > 0} />}
			toolbar={
				rows.length > 0 && (
					<>
						<SearchInput
							label={words.search}
							value={filter.text}
							onChange={(text) => setFilter((before) => ({ ...before, text }))}
						/>
						<Segments
							label={words.kind}
							value={filter.kind}
							onChange={(kind) => setFilter((before) => ({ ...before, kind }))}
							choices={(["all", "container", "disk"] as const).map((value) => ({
								value,
								title: words.kindFilters[value],
							}))}
						/>
						<Segments
							label={words.use}
							value={filter.use}
							onChange={(use) => setFilter((before) => ({ ...before, use }))}
							choices={(["all", "used", "unused"] as const).map((value) => ({ value, title: words.useFilters[value] }))}
						/>
						<span className="ml-auto text-sm text-faint" role="status">
							{strings.common.countOf(shown.length, rows.length)}
						</span>
					</>
				)
			}
		>
			<div className="flex h-full flex-col">
				{(error !== null || (data !== null && (data.engineProblem !== null || data.missing.length > 0))) && (
					<div className="grid max-h-1/2 shrink-0 gap-2 overflow-y-auto border-b border-line px-5 py-3">
						{error !== null && (
							<ErrorNotice error={error} actions={<Button onClick={reload}>{strings.common.tryAgain}</Button>} />
						)}
						{data !== null && data.engineProblem !== null && <ErrorNotice error={data.engineProblem} />}
						{data?.missing.map((one) => (
							<Notice key={one.reference} tone="warn" title={words.missing(one.reference)}>
								<p className="text-muted">{one.message}</p>
							</Notice>
						))}
					</div>
				)}
				<div className="min-h-0 flex-1">
					{data !== null && rows.length === 0 && (
						<EmptyState icon={Package} title={words.none} body={words.noneBody}>
							<Button icon={Download} onClick={() => openFormDialog({ kind: "pullImage" })}>
								{words.pull}
							</Button>
						</EmptyState>
					)}
					{rows.length > 0 && shown.length === 0 && (
						<EmptyState icon={SearchX} title={words.noneFound} body={words.noneFoundBody}>
							<Button onClick={() => setFilter(noImageFilter)}>{strings.common.clearFilter}</Button>
						</EmptyState>
					)}
					{shown.length > 0 && (
						<DataTable
							label={strings.places.images}
							rows={shown}
							columns={imageColumns}
							minWidth={760}
							getId={idOf}
							getName={nameOf}
							onOpen={(row) => navigateTo(paths.image(row.ref))}
						/>
					)}
				</div>
			</div>
		</Page>
	);
}

function ImagesActions({ hasImages }: { hasImages: boolean }) {
	return (
		<>
			<Button icon={Download} onClick={() => openFormDialog({ kind: "pullImage" })}>
				{words.pull}
			</Button>
			<Menu
				label={words.import}
				entries={[
					{ id: "file", title: words.importFile, icon: FileUp, run: () => void importImage("image") },
					{ id: "folder", title: words.importFolder, icon: FolderUp, run: () => void importImage("imageFolder") },
				]}
			>
				<Button icon={FileUp}>{words.import}</Button>
			</Menu>
			<Button icon={Hammer} onClick={() => void buildImage()}>
				{words.build}
			</Button>
			<Button
				icon={BrushCleaning}
				look="caution"
				disabled={!hasImages}
				onClick={() => openFormDialog({ kind: "pruneImages" })}
			>
				{words.prune}
			</Button>
		</>
	);
}
