import type { AuditEvent, Severity } from "../../contract/events.ts";
import type { ChangeBus } from "../changes/change-bus.ts";
import { and, desc, eq, inArray, lt, or } from "../db/drizzle.cjs";
import type { Database } from "../db/open.ts";
import { events } from "../db/schema.ts";
import { atLeast } from "./severity.ts";

/** Rows that are kept; the oldest go when the engine starts. */
const keptEvents = 50_000;
const messageLimit = 2000;
const detailLimit = 8000;

export interface EventRecord {
	severity: Severity;
	/** Dotted and stable: "range.deploy.started". */
	type: string;
	actor: string;
	subject?: Partial<AuditEvent["subject"]>;
	message: string;
	detail?: string | null;
}

export interface EventQuery {
	/** Name or id. */
	range?: string | undefined;
	/** This severity and worse. */
	severity?: Severity | undefined;
	/** Only rows older than this id. */
	before?: number | undefined;
	limit?: number | undefined;
}

/** The audit feed: who did what to what, kept in the database and told to every watcher. */
export class AuditLog {
	readonly #db: Database;
	readonly #changes: ChangeBus;

	constructor(db: Database, changes: ChangeBus) {
		this.#db = db;
		this.#changes = changes;
	}

	record(entry: EventRecord): AuditEvent {
		const row = {
			time: new Date().toISOString(),
			severity: entry.severity,
			type: entry.type,
			actor: entry.actor,
			range: entry.subject?.range ?? null,
			rangeId: entry.subject?.rangeId ?? null,
			machine: entry.subject?.machine ?? null,
			network: entry.subject?.network ?? null,
			message: entry.message.slice(0, messageLimit),
			detail: entry.detail?.slice(0, detailLimit) ?? null,
		};
		const event = toEvent(this.#db.write((orm) => orm.insert(events).values(row).returning().get()));
		this.#changes.publish({ kind: "event", event });
		return event;
	}

	/** Newest last, so that a reader can print them as they come. */
	list(wanted: EventQuery = {}): AuditEvent[] {
		const { range, severity, before, limit = 200 } = wanted;
		const rows = this.#db.orm
			.select()
			.from(events)
			.where(
				and(
					range === undefined ? undefined : or(eq(events.rangeId, range), eq(events.range, range)),
					severity === undefined ? undefined : inArray(events.severity, atLeast(severity)),
					before === undefined ? undefined : lt(events.id, before),
				),
			)
			.orderBy(desc(events.id))
			.limit(limit)
			.all();
		return rows.map(toEvent).reverse();
	}

	/** Forgets the oldest rows beyond the bound. */
	prune(keep = keptEvents): void {
		const edge = this.#db.orm.select().from(events).orderBy(desc(events.id)).limit(1).offset(keep).get();
		if (edge === undefined) return;
		this.#db.write((orm) =>
			orm
				.delete(events)
				.where(lt(events.id, edge.id + 1))
				.run(),
		);
	}
}

function toEvent(row: typeof events.$inferSelect): AuditEvent {
	const { range, rangeId, machine, network, ...rest } = row;
	return { ...rest, subject: { range, rangeId, machine, network } };
}
