import type { LucideIcon } from "lucide-react";
import { DropdownMenu } from "radix-ui";
import type { ReactNode } from "react";
import { classes } from "../format/join.ts";

export interface MenuEntry {
	id: string;
	title: string;
	icon: LucideIcon;
	isDangerous?: boolean;
	isDisabled?: boolean;
	/** A line above this entry. */
	isApart?: boolean;
	run: () => void;
}

/** A button's menu. `children` is the button. */
export function Menu({
	label,
	entries,
	children,
}: {
	label: string;
	entries: readonly MenuEntry[];
	children: ReactNode;
}) {
	return (
		<DropdownMenu.Root>
			<DropdownMenu.Trigger asChild>{children}</DropdownMenu.Trigger>
			<DropdownMenu.Portal>
				<DropdownMenu.Content
					aria-label={label}
					align="end"
					sideOffset={4}
					collisionPadding={8}
					className="appear z-50 min-w-44 rounded-lg border border-line bg-raised p-1 shadow-raised"
				>
					{entries.map((entry) => (
						<Entry key={entry.id} entry={entry} />
					))}
				</DropdownMenu.Content>
			</DropdownMenu.Portal>
		</DropdownMenu.Root>
	);
}

function Entry({ entry }: { entry: MenuEntry }) {
	const Icon = entry.icon;
	return (
		<>
			{entry.isApart === true && <DropdownMenu.Separator className="my-1 h-px bg-line" />}
			<DropdownMenu.Item
				disabled={entry.isDisabled === true}
				onSelect={entry.run}
				className={classes(
					"flex h-7 items-center gap-2 rounded-sm px-2 outline-none data-[disabled]:opacity-45 data-[highlighted]:bg-hover",
					entry.isDangerous === true ? "text-bad" : "text-text",
				)}
			>
				<Icon size={14} aria-hidden="true" className={entry.isDangerous === true ? "text-bad" : "text-muted"} />
				{entry.title}
			</DropdownMenu.Item>
		</>
	);
}
