import { Command } from "cmdk";
import { useMemo } from "react";
import { rankAction } from "../actions/rank-action.ts";
import { type Action, useActions } from "../actions/registry.ts";
import { Keys } from "../components/keys.tsx";
import { useLayout } from "../stores/layout.ts";
import { strings } from "../strings.ts";

/** Ctrl/Cmd-K: every action by name. */
export function Palette() {
	const isOpen = useLayout((state) => state.isPaletteOpen);
	const setOpen = (open: boolean): void => useLayout.setState({ isPaletteOpen: open });
	return (
		<Command.Dialog
			open={isOpen}
			onOpenChange={setOpen}
			label={strings.palette.title}
			overlayClassName="appear fixed inset-0 z-40 bg-scrim"
			contentClassName="appear fixed top-[12vh] left-1/2 z-50 w-150 max-w-[calc(100vw-32px)] -translate-x-1/2 overflow-hidden rounded-lg border border-line bg-raised shadow-raised"
			loop
			// Ctrl+K is the way to close it again.
			vimBindings={false}
			filter={rankAction}
		>
			{isOpen && <PaletteBody close={() => setOpen(false)} />}
		</Command.Dialog>
	);
}

function PaletteBody({ close }: { close: () => void }) {
	const actions = useActions();
	const groups = useMemo(() => Map.groupBy(actions, (action) => action.group), [actions]);
	return (
		<>
			<Command.Input
				placeholder={strings.palette.placeholder}
				className="h-11 w-full border-b border-line bg-transparent px-4 text-lg outline-none placeholder:text-faint"
			/>
			<Command.List className="max-h-[52vh] overflow-y-auto p-1.5">
				<Command.Empty className="px-3 py-6 text-center text-muted">{strings.palette.nothing}</Command.Empty>
				{[...groups].map(([group, members]) => (
					<Command.Group
						key={group}
						heading={group}
						className="[&_[cmdk-group-heading]]:px-2.5 [&_[cmdk-group-heading]]:pt-2 [&_[cmdk-group-heading]]:pb-1 [&_[cmdk-group-heading]]:text-xs [&_[cmdk-group-heading]]:text-faint"
					>
						{members.map((action) => (
							<Entry key={action.id} action={action} close={close} />
						))}
					</Command.Group>
				))}
			</Command.List>
		</>
	);
}

function Entry({ action, close }: { action: Action; close: () => void }) {
	const Icon = action.icon;
	return (
		<Command.Item
			// Titles may be alike; the id after the line break tells them apart and is not searched.
			value={`${action.title}\n${action.id}`}
			keywords={[action.keywords]}
			onSelect={() => {
				// Closed first: what the action opens may want the keyboard.
				close();
				action.run();
			}}
			className="flex h-8 items-center gap-2.5 rounded-md px-2.5 data-[selected=true]:bg-selected"
		>
			<Icon size={15} aria-hidden="true" className="shrink-0 text-muted" />
			<span className="truncate">{action.title}</span>
			{action.shortcut !== null && (
				<span className="ml-auto">
					<Keys shortcut={action.shortcut} />
				</span>
			)}
		</Command.Item>
	);
}
