import type { ReactNode } from "react";

/**
 * A place's page: a header that stays, a body that scrolls. `isFlush` gives the
 * body to a list that brings its own scrolling.
 */
export function Page(props: {
	title: ReactNode;
	/** The title as text, where the visible one is more than text. */
	name: string;
	lead?: ReactNode;
	actions?: ReactNode;
	toolbar?: ReactNode;
	isFlush?: boolean;
	children: ReactNode;
}) {
	return (
		<section aria-label={props.name} className="flex h-full min-h-0 flex-col">
			<header className="shrink-0 border-b border-line bg-surface px-5 pt-3 pb-3">
				<div className="flex min-h-7 flex-wrap items-center gap-x-3 gap-y-2">
					<h1 className="flex min-w-0 items-center gap-3 text-xl font-semibold">{props.title}</h1>
					{props.lead !== undefined && props.lead !== false && (
						// Gives way before the buttons go to a line of their own.
						<div className="flex min-w-0 flex-1 basis-48">{props.lead}</div>
					)}
					<div className="ml-auto flex flex-wrap items-center gap-2">{props.actions}</div>
				</div>
				{props.toolbar !== undefined && props.toolbar !== false && (
					<div className="mt-2.5 flex flex-wrap items-center gap-2">{props.toolbar}</div>
				)}
			</header>
			<div className={props.isFlush === true ? "min-h-0 flex-1" : "min-h-0 flex-1 overflow-y-auto px-5 py-4"}>
				{props.children}
			</div>
		</section>
	);
}

/** A titled part of a page. */
export function Section(props: { title: string; aside?: ReactNode; children: ReactNode }) {
	return (
		<section aria-label={props.title} className="mb-6">
			<div className="mb-2 flex items-baseline gap-3">
				<h2 className="text-sm font-semibold text-muted">{props.title}</h2>
				{props.aside}
			</div>
			{props.children}
		</section>
	);
}

/** Facts as name and value. */
export function Facts({ rows }: { rows: readonly { name: string; value: ReactNode }[] }) {
	return (
		<dl className="grid grid-cols-[180px_minmax(0,1fr)] gap-x-6 rounded-lg border border-line bg-surface px-4 py-1">
			{rows.map((row) => (
				<div key={row.name} className="col-span-2 grid grid-cols-subgrid border-b border-line py-1.5 last:border-b-0">
					<dt className="text-muted">{row.name}</dt>
					<dd className="selectable min-w-0 break-words">{row.value}</dd>
				</div>
			))}
		</dl>
	);
}
