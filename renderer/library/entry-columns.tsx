import type { TableColumn } from "../components/data-table.tsx";
import { TagList } from "../components/tag-list.tsx";
import { formatBytes } from "../format/bytes.ts";
import { formatAge } from "../format/time.ts";
import { useNow } from "../hooks/use-now.ts";
import { strings } from "../strings.ts";
import type { LibraryEntry } from "./entries.ts";
import { EntryMenu } from "./entry-menu.tsx";

const words = strings.library.columns;
const osName = ({ os }: LibraryEntry): string => (os === null ? "" : strings.library.osFamilies[os]);

const name: TableColumn<LibraryEntry> = {
	id: "name",
	title: words.name,
	width: "minmax(120px, 1.2fr)",
	cell: (entry) => (
		<span className="font-medium" title={entry.description}>
			{entry.name}
		</span>
	),
	sortBy: (entry) => entry.name,
};
const os: TableColumn<LibraryEntry> = {
	id: "os",
	title: words.os,
	width: "64px",
	cell: (entry) => <span className="text-muted">{osName(entry)}</span>,
	sortBy: osName,
};
const kind: TableColumn<LibraryEntry> = {
	id: "kind",
	title: words.kind,
	width: "92px",
	cell: (entry) => <span className="text-muted">{strings.library.kinds[entry.kind]}</span>,
	sortBy: (entry) => strings.library.kinds[entry.kind],
};
const tags: TableColumn<LibraryEntry> = {
	id: "tags",
	title: words.tags,
	width: "minmax(96px, 1.2fr)",
	cell: (entry) => <TagList tags={entry.tags} />,
};
const users: TableColumn<LibraryEntry> = {
	id: "users",
	title: words.users,
	width: "64px",
	cell: (entry) => (
		<span className={entry.userCount === 0 ? "text-faint" : ""}>{strings.library.userCount(entry.userCount)}</span>
	),
	sortBy: (entry) => entry.userCount,
};
const menu: TableColumn<LibraryEntry> = {
	id: "menu",
	title: "",
	width: "28px",
	cell: (entry) => <EntryMenu entry={entry} />,
};

export const templateColumns: readonly TableColumn<LibraryEntry>[] = [
	name,
	{
		id: "title",
		title: words.title,
		width: "minmax(120px, 1.2fr)",
		cell: (entry) => entry.about,
		sortBy: (entry) => entry.about,
	},
	os,
	kind,
	{
		id: "image",
		title: words.image,
		width: "minmax(140px, 1.2fr)",
		cell: (entry) => (
			<code className="font-mono text-sm text-muted">{entry.of === "template" ? entry.template.image : ""}</code>
		),
		sortBy: (entry) => (entry.of === "template" ? entry.template.image : ""),
	},
	tags,
	users,
	menu,
];

export const snapshotColumns: readonly TableColumn<LibraryEntry>[] = [
	name,
	{
		id: "origin",
		title: words.origin,
		width: "minmax(110px, 1fr)",
		cell: (entry) => <span className="text-muted">{entry.about}</span>,
		sortBy: (entry) => entry.about,
	},
	os,
	kind,
	{
		id: "own",
		title: strings.sizes.own,
		width: "76px",
		cell: (entry) => formatBytes(entry.ownBytes),
		sortBy: (entry) => entry.ownBytes,
	},
	{
		id: "shared",
		title: strings.sizes.shared,
		width: "76px",
		cell: (entry) => <span className="text-muted">{formatBytes(entry.sharedBytes)}</span>,
		sortBy: (entry) => entry.sharedBytes,
	},
	tags,
	{
		id: "created",
		title: words.created,
		width: "92px",
		cell: (entry) => <Age iso={entry.createdAt} />,
		sortBy: (entry) => entry.createdAt,
	},
	users,
	menu,
];

/** How long ago, and kept true. */
export function Age({ iso }: { iso: string }) {
	const now = useNow(30_000);
	return (
		<time dateTime={iso} className="text-muted">
			{formatAge(iso, now)}
		</time>
	);
}
