import { Ellipsis } from "lucide-react";
import { libraryEntryActions } from "../actions/library-actions.ts";
import { IconButton } from "../components/button.tsx";
import { Menu } from "../components/menu.tsx";
import { strings } from "../strings.ts";
import type { LibraryEntry } from "./entries.ts";

/** An entry's actions behind three dots. */
export function EntryMenu({ entry }: { entry: LibraryEntry }) {
	const label = strings.library.actionsOf(entry.name);
	return (
		<Menu label={label} entries={libraryEntryActions(entry)}>
			<IconButton isSmall icon={Ellipsis} label={label} />
		</Menu>
	);
}
