import { memo } from "react";
import { Link } from "react-router";
import { Sizes } from "../components/sizes.tsx";
import { TagList } from "../components/tag-list.tsx";
import { strings } from "../strings.ts";
import type { LibraryEntry } from "./entries.ts";
import { Age } from "./entry-columns.tsx";
import { EntryMenu } from "./entry-menu.tsx";
import { entryPath } from "./entry-path.ts";

/** An entry in the cards view: the same facts and actions as its row. */
export const EntryCard = memo(function EntryCard({ entry }: { entry: LibraryEntry }) {
	const words = strings.library;
	return (
		<article
			aria-label={entry.name}
			className="flex h-full flex-col gap-1 rounded-lg border border-line bg-surface px-3 pt-2 pb-2.5"
		>
			<div className="flex items-center gap-2">
				<Link to={entryPath(entry)} className="min-w-0 truncate font-semibold hover:underline">
					{entry.name}
				</Link>
				<span className="ml-auto">
					<EntryMenu entry={entry} />
				</span>
			</div>
			<p className="truncate text-sm">{entry.about}</p>
			<p className="truncate text-sm text-muted">
				{[...(entry.os === null ? [] : [words.osFamilies[entry.os]]), words.kinds[entry.kind]].join(" · ")}
			</p>
			<p className="truncate text-sm text-muted">
				{entry.of === "template" ? (
					<code className="font-mono">{entry.template.image}</code>
				) : (
					<Sizes ownBytes={entry.ownBytes} sharedBytes={entry.sharedBytes} />
				)}
			</p>
			<div className="mt-auto flex h-5 items-center gap-2 text-sm">
				<TagList tags={entry.tags} />
				{entry.createdAt !== "" && (
					<span className="ml-auto whitespace-nowrap">
						<Age iso={entry.createdAt} />
					</span>
				)}
			</div>
		</article>
	);
});
