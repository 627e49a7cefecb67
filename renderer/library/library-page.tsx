import { Boxes, FileUp, Layers, Library, PackageOpen, PackagePlus } from "lucide-react";
import { useMemo } from "react";
import { useParams } from "react-router";
import { importTemplate, installBundle } from "../actions/library-actions.ts";
import { navigateTo, paths } from "../app/navigation.ts";
import { Button } from "../components/button.tsx";
import { EmptyState } from "../components/empty-state.tsx";
import { Menu } from "../components/menu.tsx";
import { ErrorNotice } from "../components/notice.tsx";
import { Page } from "../components/page.tsx";
import { TabbedPanes } from "../components/tabs.tsx";
import { EnginePage } from "../engine/engine-page.tsx";
import { openFormDialog } from "../stores/dialog.ts";
import { useEngine } from "../stores/engine.ts";
import { type LibraryContent, useLibrary } from "../stores/library.ts";
import { strings } from "../strings.ts";
import { snapshotEntries, templateEntries } from "./entries.ts";
import { EntriesPane } from "./entries-pane.tsx";
import { snapshotColumns, templateColumns } from "./entry-columns.tsx";
import { entryOrders } from "./filter-entries.ts";

const words = strings.library;
/** A base image has no age and no size of its own. */
const templateOrders = ["name", "used"] as const;

/** What machines and ranges can start from: snapshots, and the base images they all came from. */
export function LibraryPage() {
	const { tab = "snapshots" } = useParams();
	const { data, error, reload } = useLibrary();
	return (
		<Page
			title={strings.places.library}
			name={strings.places.library}
			isFlush
			lead={<span className="text-sm text-muted">{words.lead}</span>}
			actions={
				<>
					<Menu
						label={strings.bundles.menu}
						entries={[
							{
								id: "install",
								title: strings.bundles.menuInstall,
								icon: PackageOpen,
								run: () => void installBundle(),
							},
							{
								id: "create",
								title: strings.bundles.menuCreate,
								icon: PackagePlus,
								run: () => openFormDialog({ kind: "createBundle" }),
							},
						]}
					>
						<Button icon={PackageOpen}>{strings.bundles.menu}</Button>
					</Menu>
					<Button icon={FileUp} onClick={() => void importTemplate()}>
						{words.importTemplate}
					</Button>
				</>
			}
		>
			{error !== null && (
				<div className="p-5">
					<ErrorNotice error={error} actions={<Button onClick={reload}>{strings.common.tryAgain}</Button>} />
				</div>
			)}
			{error === null && data !== null && <LibraryTabs content={data} tab={tab} />}
		</Page>
	);
}

function LibraryTabs({ content, tab }: { content: LibraryContent; tab: string }) {
	const snapshots = useMemo(() => snapshotEntries(content), [content]);
	const templates = useMemo(() => templateEntries(content), [content]);
	return (
		<TabbedPanes
			label={words.tabsOf}
			value={tab === "templates" ? "templates" : "snapshots"}
			onChange={(next) => navigateTo(paths.libraryTab(next === "templates" ? "templates" : "snapshots"))}
			panes={[
				{
					id: "snapshots",
					title: words.tabs.snapshots,
					count: snapshots.length,
					content: (
						<EntriesPane
							label={words.tabs.snapshots}
							searchLabel={words.search.snapshots}
							entries={snapshots}
							columns={snapshotColumns}
							orders={entryOrders}
							none={<NoSnapshots />}
						/>
					),
				},
				{
					id: "templates",
					title: words.tabs.templates,
					count: templates.length,
					content: (
						<EntriesPane
							label={words.tabs.templates}
							searchLabel={words.search.templates}
							entries={templates}
							columns={templateColumns}
							orders={templateOrders}
							none={<EmptyState icon={Library} title={words.none.templates} body={words.noneBody.templates} />}
						/>
					),
				},
			]}
		/>
	);
}

/** None yet, or none can be taken because no engine is there. */
function NoSnapshots() {
	const isMissing = useEngine((state) => state.docker?.state === "unreachable");
	if (isMissing) return <EnginePage />;
	return (
		<EmptyState icon={Layers} title={words.none.snapshots} body={words.noneBody.snapshots}>
			<Button icon={Boxes} onClick={() => navigateTo(paths.ranges)}>
				{words.goToRanges}
			</Button>
		</EmptyState>
	);
}
