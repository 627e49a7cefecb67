import { Ellipsis } from "lucide-react";
import { imageActions, imageUserInWords } from "../actions/image-actions.ts";
import { IconButton } from "../components/button.tsx";
import type { TableColumn } from "../components/data-table.tsx";
import { Menu } from "../components/menu.tsx";
import { StateMark } from "../components/state-mark.tsx";
import { formatBytes } from "../format/bytes.ts";
import { Age } from "../library/entry-columns.tsx";
import { strings } from "../strings.ts";
import { type ImageRow, usersInBrief } from "./image-rows.ts";

const words = strings.images;

export const imageColumns: readonly TableColumn<ImageRow>[] = [
	{
		id: "name",
		title: words.columns.name,
		width: "minmax(180px, 2fr)",
		cell: (row) => (
			<span title={[row.name, ...row.aliases].join("\n")}>
				<span className="font-mono text-sm">{row.name}</span>
				{row.aliases.length > 0 && (
					<span className="ml-2 text-sm text-faint">{words.alsoCalled(row.aliases.length)}</span>
				)}
				{row.problem !== null && (
					<span className="ml-2">
						<StateMark mark={{ tone: "bad", shape: "cross" }} word={words.broken} />
					</span>
				)}
			</span>
		),
		sortBy: (row) => row.name,
	},
	{
		id: "kind",
		title: words.columns.kind,
		width: "80px",
		cell: (row) => <span className="text-muted">{words.kinds[row.kind]}</span>,
		sortBy: (row) => words.kinds[row.kind],
	},
	{
		id: "own",
		title: strings.sizes.own,
		width: "76px",
		cell: (row) => formatBytes(row.ownBytes),
		sortBy: (row) => row.ownBytes,
	},
	{
		id: "shared",
		title: strings.sizes.shared,
		width: "76px",
		cell: (row) => <span className="text-muted">{formatBytes(row.sharedBytes)}</span>,
		sortBy: (row) => row.sharedBytes,
	},
	{
		id: "users",
		title: words.columns.users,
		width: "minmax(110px, 1.4fr)",
		cell: (row) =>
			row.usedBy.length === 0 ? (
				<span className="text-faint">{words.noUser}</span>
			) : (
				<span title={row.usedBy.map(imageUserInWords).join("\n")}>{usersInBrief(row.usedBy, words.more)}</span>
			),
		sortBy: (row) => row.usedBy.length,
	},
	{
		id: "lastUsed",
		title: words.columns.lastUsed,
		width: "96px",
		cell: (row) =>
			row.lastUsed === "" ? <span className="text-faint">{words.neverUsed}</span> : <Age iso={row.lastUsed} />,
		sortBy: (row) => row.lastUsed,
	},
	{
		id: "menu",
		title: "",
		width: "28px",
		cell: (row) => (
			<Menu label={strings.library.actionsOf(row.name)} entries={imageActions(row)}>
				<IconButton isSmall icon={Ellipsis} label={strings.library.actionsOf(row.name)} />
			</Menu>
		),
	},
];
