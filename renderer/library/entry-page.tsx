import { ArrowLeft, SearchX } from "lucide-react";
import type { ReactNode } from "react";
import { useParams } from "react-router";
import { libraryEntryActions } from "../actions/library-actions.ts";
import { navigateTo, paths } from "../app/navigation.ts";
import { Button } from "../components/button.tsx";
import { EmptyState } from "../components/empty-state.tsx";
import { ErrorNotice } from "../components/notice.tsx";
import { Page } from "../components/page.tsx";
import { type LibraryContent, useLibrary } from "../stores/library.ts";
import { strings } from "../strings.ts";
import { type LibraryEntry, snapshotEntries, templateEntries } from "./entries.ts";
import { RangeSnapshotDetails } from "./range-snapshot-details.tsx";
import { SnapshotDetails } from "./snapshot-details.tsx";
import { TemplateDetails } from "./template-details.tsx";

/** A base image: `/library/templates/NAME`. */
export function TemplatePage() {
	const { name = "" } = useParams();
	return <EntryPage find={(content) => templateEntries(content).find((entry) => entry.name === name)} />;
}

/** A snapshot of a machine: `/library/snapshots/ID`. */
export function SnapshotPage() {
	const { id = "" } = useParams();
	return <EntryPage find={(content) => snapshotEntries(content).find((entry) => entry.id === `snapshot ${id}`)} />;
}

/** A snapshot of a range: `/library/range-snapshots/ID`. */
export function RangeSnapshotPage() {
	const { id = "" } = useParams();
	return (
		<EntryPage find={(content) => snapshotEntries(content).find((entry) => entry.id === `range-snapshot ${id}`)} />
	);
}

function EntryPage({ find }: { find: (content: LibraryContent) => LibraryEntry | undefined }) {
	const { data, error, reload } = useLibrary();
	if (data === null) {
		if (error === null) return null;
		return (
			<Page title={strings.places.library} name={strings.places.library}>
				<ErrorNotice error={error} actions={<Button onClick={reload}>{strings.common.tryAgain}</Button>} />
			</Page>
		);
	}
	const entry = find(data);
	if (entry === undefined) {
		return (
			<Page title={strings.library.gone} name={strings.library.gone}>
				<EmptyState icon={SearchX} title={strings.library.gone} body={strings.library.goneBody}>
					<Button onClick={() => navigateTo(paths.library)}>{strings.library.back}</Button>
				</EmptyState>
			</Page>
		);
	}
	return (
		<Page
			name={entry.name}
			title={<span className="selectable truncate">{entry.name}</span>}
			lead={<span className="truncate text-sm text-muted">{leadOf(entry)}</span>}
			actions={
				<>
					<Button
						icon={ArrowLeft}
						onClick={() => navigateTo(paths.libraryTab(entry.of === "template" ? "templates" : "snapshots"))}
					>
						{strings.library.back}
					</Button>
					{libraryEntryActions(entry).map((action) => (
						<Button
							key={action.id}
							icon={action.icon}
							look={action.isDangerous === true ? "caution" : action.id === "deploy" ? "primary" : "plain"}
							onClick={action.run}
						>
							{action.title}
						</Button>
					))}
				</>
			}
		>
			<div className="max-w-220">{detailsOf(entry, data)}</div>
		</Page>
	);
}

function leadOf(entry: LibraryEntry): string {
	const words = strings.library;
	const parts: string[] = [words.kinds[entry.kind]];
	if (entry.os !== null) parts.unshift(words.osFamilies[entry.os]);
	if (entry.of === "template" && entry.template.shipped) parts.push(words.shipped);
	return parts.join(" · ");
}

function detailsOf(entry: LibraryEntry, content: LibraryContent): ReactNode {
	switch (entry.of) {
		case "template":
			return <TemplateDetails template={entry.template} content={content} />;
		case "snapshot":
			return <SnapshotDetails snapshot={entry.snapshot} content={content} />;
		case "range-snapshot":
			return <RangeSnapshotDetails rangeSnapshot={entry.rangeSnapshot} />;
	}
}
