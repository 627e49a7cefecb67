import { Tabs } from "radix-ui";
import type { ReactNode } from "react";

export interface TabPane {
	id: string;
	title: string;
	/** A count beside the title. */
	count?: number;
	content: ReactNode;
}

/** Tabs of a detail page. The pane brings its own scrolling. */
export function TabbedPanes(props: {
	label: string;
	value: string;
	onChange: (id: string) => void;
	panes: readonly TabPane[];
	/** Stands at the end of the line of tabs. */
	aside?: ReactNode;
}) {
	return (
		<Tabs.Root value={props.value} onValueChange={props.onChange} className="flex h-full min-h-0 flex-col">
			<div className="flex shrink-0 items-center gap-4 border-b border-line bg-surface px-5">
				<Tabs.List aria-label={props.label} className="flex gap-4">
					{props.panes.map((pane) => (
						<Tabs.Trigger
							key={pane.id}
							value={pane.id}
							className="-mb-px h-8 border-b-2 border-transparent text-muted hover:text-text data-[state=active]:border-accent data-[state=active]:font-medium data-[state=active]:text-text"
						>
							{pane.title}
							{pane.count !== undefined && <span className="ml-1.5 text-sm text-faint">{pane.count}</span>}
						</Tabs.Trigger>
					))}
				</Tabs.List>
				{props.aside !== undefined && <div className="ml-auto min-w-0">{props.aside}</div>}
			</div>
			{props.panes.map((pane) => (
				<Tabs.Content key={pane.id} value={pane.id} className="min-h-0 flex-1">
					{pane.content}
				</Tabs.Content>
			))}
		</Tabs.Root>
	);
}
