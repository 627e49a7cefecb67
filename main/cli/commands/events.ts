import { HomerangeError } from "../../../contract/errors.ts";
import type { AuditEvent, Severity } from "../../../contract/events.ts";
import { atLeast } from "../../events/severity.ts";
import { withEngine } from "../connect.ts";
import { untilInterrupted } from "../interrupt.ts";
import { eventShape } from "../shapes.ts";
import { type Format, print } from "../terminal/print.ts";
import { paintState, plain } from "../terminal/text.ts";

export interface EventsOptions {
	follow?: boolean;
	range?: string;
	severity?: Severity;
	limit: number;
	format: Format;
}

export async function events(options: EventsOptions): Promise<void> {
	const { follow, range, severity = "info", limit, format } = options;
	await withEngine(async (client) => {
		const show = (event: AuditEvent) => print(format === "json" ? JSON.stringify(eventShape(event)) : line(event));
		const query = { severity, limit, ...(range === undefined ? {} : { range }) };
		if (!follow) {
			for (const event of await client.api.events.list(query)) await show(event);
			return;
		}
		await untilInterrupted(async (signal) => {
			// The watch begins before the list is read, and the ids leave out what both have.
			let last = 0;
			for await (const change of await client.api.changes.watch({}, { signal })) {
				const fresh =
					change.kind === "snapshot"
						? await client.api.events.list(query)
						: change.kind === "event" && matches(change.event, range, severity)
							? [change.event]
							: [];
				for (const event of fresh) {
					if (event.id <= last) continue;
					last = event.id;
					await show(event);
				}
			}
			if (!signal.aborted) throw new HomerangeError("INTERRUPTED", "The engine ended, and the feed with it.");
		});
	});
}

function matches(event: AuditEvent, range: string | undefined, severity: Severity): boolean {
	const { subject } = event;
	return (
		atLeast(severity).includes(event.severity) &&
		(range === undefined || subject.range === range || subject.rangeId === range)
	);
}

function line({ time, severity, subject, message, actor }: AuditEvent): string {
	const place = [subject.range, subject.machine ?? subject.network].filter((part) => part !== null).join("/");
	return `${time}  ${paintState(severity)}  ${plain(place || "-")}  ${plain(message)}  (${plain(actor)})`;
}
