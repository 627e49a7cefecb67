import { create } from "zustand";
import type { Change } from "../../contract/changes.ts";
import type { AuditEvent, Severity } from "../../contract/events.ts";

/** The feed that the page keeps: more than anyone scrolls, little enough to hold. */
export const eventLimit = 5000;

export interface EventsState {
	/** Oldest first, by id, without holes between the first and the last. */
	list: readonly AuditEvent[];
	/** True when the engine has no older event than the first in the list. */
	isComplete: boolean;
}

export const initialEvents: EventsState = { list: [], isComplete: false };

/** Pure: the feed after these changes. */
export function reduceEvents(state: EventsState, changes: readonly Change[]): EventsState {
	let { list, isComplete } = state;
	const fresh: AuditEvent[] = [];
	for (const change of changes) {
		if (change.kind === "snapshot") {
			list = change.events;
			isComplete = change.events.length < 200;
			fresh.length = 0;
		} else if (change.kind === "event") {
			fresh.push(change.event);
		}
	}
	if (fresh.length > 0) {
		const last = list.at(-1)?.id ?? Number.NEGATIVE_INFINITY;
		list = [...list, ...fresh.filter((event) => event.id > last)];
		if (list.length > eventLimit) {
			list = list.slice(-eventLimit);
			isComplete = false;
		}
	}
	return list === state.list && isComplete === state.isComplete ? state : { list, isComplete };
}

/** Pure: the feed with a page of older events put before it. */
export function prependEvents(state: EventsState, older: readonly AuditEvent[], pageSize: number): EventsState {
	const first = state.list[0]?.id ?? Number.POSITIVE_INFINITY;
	const page = older.filter((event) => event.id < first).sort((a, b) => a.id - b.id);
	return { list: [...page, ...state.list], isComplete: older.length < pageSize };
}

const rank: Record<Severity, number> = { info: 0, warning: 1, error: 2, critical: 3 };

export interface EventFilter {
	/** This severity and worse. */
	severity: Severity;
	/** A range's id or name; empty: all. */
	range: string;
	text: string;
}

/** The events that a filter lets through. */
export function filterEvents(list: readonly AuditEvent[], filter: EventFilter): AuditEvent[] {
	const text = filter.text.trim().toLowerCase();
	return list.filter(
		(event) =>
			rank[event.severity] >= rank[filter.severity] &&
			(filter.range === "" || event.subject.range === filter.range || event.subject.rangeId === filter.range) &&
			(text === "" ||
				event.message.toLowerCase().includes(text) ||
				event.type.toLowerCase().includes(text) ||
				(event.subject.machine ?? "").toLowerCase().includes(text) ||
				(event.subject.range ?? "").toLowerCase().includes(text)),
	);
}

export const useEvents = create<EventsState>(() => initialEvents);
