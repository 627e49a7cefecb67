import { toErrorInfo } from "../../contract/errors.ts";
import type { Severity } from "../../contract/events.ts";
import type { AuditLog } from "../events/audit-log.ts";
import type { RangeRecord } from "./record.ts";

/** One operation's rows in the audit feed: its start and its end, by the one who asked for it. */
export class OperationEvents {
	readonly #log: AuditLog;
	readonly #o: { range: RangeRecord; actor: string; type: string; title: string; machine: string | null };

	constructor(
		log: AuditLog,
		o: { range: RangeRecord; actor: string; type: string; title: string; machine?: string | undefined },
	) {
		this.#log = log;
		this.#o = { ...o, machine: o.machine ?? null };
	}

	started(): void {
		this.#record("info", "started", `${this.#o.title}: started.`);
	}

	done(): void {
		const { range, title } = this.#o;
		if (range.state === "degraded" || range.state === "failed") {
			this.#record("warning", "done", `${title}: done, and ${range.name} is ${range.state}. ${range.reason ?? ""}`);
		} else this.#record("info", "done", `${title}: done.`);
	}

	cancelled(what: string): void {
		this.#record("warning", "cancelled", `${this.#o.title}: cancelled. ${what}`);
	}

	failed(error: unknown, what = ""): void {
		const { message, detail } = toErrorInfo(error);
		this.#record("error", "failed", `${this.#o.title}: failed. ${message} ${what}`.trim(), detail);
	}

	#record(severity: Severity, end: string, message: string, detail: string | null = null): void {
		const { range, actor, type, machine } = this.#o;
		const subject = { range: range.name, rangeId: range.id, machine };
		this.#log.record({ severity, type: `${type}.${end}`, actor, subject, message, detail });
	}
}
