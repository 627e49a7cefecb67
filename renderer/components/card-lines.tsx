import { useVirtualizer } from "@tanstack/react-virtual";
import { type ReactNode, useLayoutEffect, useMemo, useRef, useState } from "react";
import { classes } from "../format/join.ts";

/** A group of cards under a heading. */
export interface CardGroup<T> {
	id: string;
	/** Null: the cards stand without one. */
	heading: ReactNode;
	items: readonly T[];
	/** Stands under the heading of a group without items. */
	empty?: ReactNode;
}

type Line<T> =
	| { kind: "heading"; key: string; group: CardGroup<T> }
	| { kind: "cards"; key: string; items: readonly T[] };

/** Pure: the groups cut into lines of `columns` cards, each line with its heading before it. */
export function cutIntoLines<T>(groups: readonly CardGroup<T>[], columns: number): Line<T>[] {
	return groups.flatMap((group) => {
		const lines: Line<T>[] = group.heading === null ? [] : [{ kind: "heading", key: group.id, group }];
		for (let at = 0; at < group.items.length; at += columns) {
			lines.push({ kind: "cards", key: `${group.id} ${at}`, items: group.items.slice(at, at + columns) });
		}
		return lines;
	});
}

/** Pure: whether tall cards and others stand in one line. Cards of one kind are all as tall as the tallest. */
export function isMixed<T>(items: readonly T[], isTall: (item: T) => boolean = () => false): boolean {
	return items.some(isTall) && !items.every(isTall);
}

const narrowestCard = 248;
const gap = 12;

/** Cards in groups, any number of them: only the lines in view are in the page. `top` scrolls with them. */
export function CardLines<T>(props: {
	label: string;
	groups: readonly CardGroup<T>[];
	top?: ReactNode;
	getKey: (item: T) => string;
	renderCard: (item: T) => ReactNode;
	/** Cards that are much taller than the others, as those with a picture: the others of their line are not stretched. */
	isTall?: (item: T) => boolean;
}) {
	const scroller = useRef<HTMLElement>(null);
	const list = useRef<HTMLDivElement>(null);
	const [columns, setColumns] = useState(3);
	const [offset, setOffset] = useState(0);
	const lines = useMemo(() => cutIntoLines(props.groups, columns), [props.groups, columns]);

	useLayoutEffect(() => {
		const box = scroller.current;
		if (box === null) return;
		const measure = (): void => {
			const width = list.current?.clientWidth ?? 0;
			setColumns(Math.max(1, Math.floor((width + gap) / (narrowestCard + gap))));
			setOffset(list.current?.offsetTop ?? 0);
		};
		const observer = new ResizeObserver(measure);
		observer.observe(box);
		// What stands above the list grows and shrinks with the range's state.
		for (const child of box.children) observer.observe(child);
		measure();
		return () => observer.disconnect();
	}, []);

	const virtual = useVirtualizer({
		count: lines.length,
		getScrollElement: () => scroller.current,
		estimateSize: (at) => (lines[at]?.kind === "heading" ? 40 : 132),
		getItemKey: (at) => lines[at]?.key ?? at,
		overscan: 4,
		scrollMargin: offset,
	});

	return (
		<section ref={scroller} aria-label={props.label} className="relative h-full overflow-y-auto px-5 py-4">
			<div>{props.top}</div>
			<div ref={list} className="relative" style={{ height: virtual.getTotalSize() }}>
				{virtual.getVirtualItems().map((item) => {
					const line = lines[item.index];
					if (line === undefined) return null;
					return (
						<div
							key={item.key}
							ref={virtual.measureElement}
							data-index={item.index}
							className="absolute w-full pb-3"
							style={{ transform: `translateY(${item.start - offset}px)` }}
						>
							{line.kind === "heading" ? (
								<>
									{line.group.heading}
									{line.group.items.length === 0 && line.group.empty}
								</>
							) : (
								<div
									className={classes("grid gap-3", isMixed(line.items, props.isTall) && "items-start")}
									style={{ gridTemplateColumns: `repeat(${columns}, minmax(0, 1fr))` }}
								>
									{line.items.map((one) => (
										<div key={props.getKey(one)} className="min-w-0">
											{props.renderCard(one)}
										</div>
									))}
								</div>
							)}
						</div>
					);
				})}
			</div>
		</section>
	);
}
