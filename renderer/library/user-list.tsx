import { Link } from "react-router";
import type { LibraryUser } from "../../contract/library.ts";
import { userInWords } from "../actions/library-actions.ts";
import { paths } from "../app/navigation.ts";

function pathOf({ kind, id }: LibraryUser): string {
	switch (kind) {
		case "range":
			return paths.range(id);
		case "snapshot":
			return paths.snapshot(id);
		case "range-snapshot":
			return paths.rangeSnapshot(id);
	}
}

/** Who stands on an entry, each with the way there. */
export function UserList({ users, empty }: { users: readonly LibraryUser[]; empty: string }) {
	if (users.length === 0) return <p className="text-muted">{empty}</p>;
	return (
		<ul className="rounded-lg border border-line bg-surface px-4 py-1">
			{users.map((user) => (
				<li
					key={`${user.kind} ${user.id} ${user.machine ?? ""}`}
					className="border-b border-line py-1.5 last:border-b-0"
				>
					<Link to={pathOf(user)} className="text-accent hover:underline">
						{userInWords(user)}
					</Link>
				</li>
			))}
		</ul>
	);
}
