import { useVirtualizer } from "@tanstack/react-virtual";
import { ScrollText } from "lucide-react";
import { memo, type ReactNode, useEffect, useRef } from "react";
import type { AuditEvent } from "../../contract/events.ts";
import { EmptyState } from "../components/empty-state.tsx";
import { StateGlyph } from "../components/state-mark.tsx";
import { severityMarks, toneText } from "../components/states.ts";
import { classes } from "../format/join.ts";
import { formatClock, formatDateTime } from "../format/time.ts";
import { strings } from "../strings.ts";

/** The feed, oldest first. While following, it keeps its newest row in view. */
export function EventsTable(props: {
	events: readonly AuditEvent[];
	isFollowing: boolean;
	/** Called when the person scrolls away from the newest row, or back to it. */
	onFollow?: (isFollowing: boolean) => void;
	/** Stands over the oldest row. */
	top?: ReactNode;
}) {
	const { events, isFollowing } = props;
	const scroller = useRef<HTMLDivElement>(null);
	const virtual = useVirtualizer({
		count: events.length,
		getScrollElement: () => scroller.current,
		getItemKey: (at) => events[at]?.id ?? at,
		estimateSize: () => 26,
		overscan: 20,
	});

	// biome-ignore lint/correctness/useExhaustiveDependencies: each new row moves the view
	useEffect(() => {
		if (isFollowing && events.length > 0) virtual.scrollToIndex(events.length - 1, { align: "end" });
	}, [isFollowing, events.length]);

	if (events.length === 0) {
		return <EmptyState icon={ScrollText} title={strings.events.none} body={strings.events.noneBody} />;
	}
	return (
		<div
			ref={scroller}
			role="log"
			aria-label={strings.places.events}
			aria-live="off"
			// biome-ignore lint/a11y/noNoninteractiveTabindex: a box that scrolls must be reachable by the keyboard
			tabIndex={0}
			onScroll={(event) => {
				const box = event.currentTarget;
				props.onFollow?.(box.scrollHeight - box.scrollTop - box.clientHeight < 8);
			}}
			className="h-full overflow-y-auto"
		>
			{props.top}
			<ul className="relative" style={{ height: virtual.getTotalSize() }}>
				{virtual.getVirtualItems().map((item) => {
					const event = events[item.index];
					if (event === undefined) return null;
					return (
						<li
							key={item.key}
							ref={virtual.measureElement}
							data-index={item.index}
							className="absolute w-full"
							style={{ transform: `translateY(${item.start}px)` }}
						>
							<EventLine event={event} />
						</li>
					);
				})}
			</ul>
		</div>
	);
}

const EventLine = memo(function EventLine({ event }: { event: AuditEvent }) {
	const mark = severityMarks[event.severity];
	const subject = [event.subject.range, event.subject.machine ?? event.subject.network].filter((part) => part !== null);
	return (
		<div className="selectable grid min-h-6.5 grid-cols-[68px_84px_minmax(80px,160px)_minmax(0,1fr)_48px] items-start gap-x-3 border-b border-line px-5 py-0.5 hover:bg-hover">
			<time dateTime={event.time} title={formatDateTime(event.time)} className="text-sm leading-5 text-muted">
				{formatClock(event.time)}
			</time>
			<span className={classes("inline-flex items-center gap-1.5 text-sm leading-5", toneText[mark.tone])}>
				<StateGlyph mark={mark} />
				{strings.severities[event.severity]}
			</span>
			<span className="truncate text-muted" title={subject.join(" / ")}>
				{subject.join(" / ")}
			</span>
			<span className="min-w-0 break-words">
				{event.message}
				<span className="ml-2 font-mono text-xs text-faint">{event.type}</span>
				{event.detail !== null && (
					<details>
						<summary className="text-sm text-muted">{strings.common.details}</summary>
						<pre className="my-1 max-h-60 overflow-auto rounded-md bg-sunken p-2 font-mono text-sm whitespace-pre-wrap">
							{event.detail}
						</pre>
					</details>
				)}
			</span>
			<span className="text-right text-sm leading-5 text-faint">{event.actor}</span>
		</div>
	);
});
