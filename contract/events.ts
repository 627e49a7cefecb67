import { z } from "zod";

export const severity = z.enum(["info", "warning", "error", "critical"]);
export type Severity = z.infer<typeof severity>;

/** One row of the audit feed. */
export const auditEvent = z.object({
	/** Grows with time; use it as a cursor. */
	id: z.number(),
	time: z.string(),
	severity,
	/** Dotted, stable, for programs: "range.deploy.started", "machine.failed". */
	type: z.string(),
	/** Who did it: "app", "cli", "engine", "docker". */
	actor: z.string(),
	subject: z.object({
		range: z.string().nullable(),
		rangeId: z.string().nullable(),
		machine: z.string().nullable(),
		network: z.string().nullable(),
	}),
	message: z.string(),
	detail: z.string().nullable(),
});
export type AuditEvent = z.infer<typeof auditEvent>;
