import { type ErrorCode, HomerangeError } from "../../../contract/errors.ts";

/** Something about a host and a machine that a person should know, before anything is made. */
export interface Finding {
	/** error: the machine cannot be as its template says. warning: it can, with a disadvantage. */
	readonly severity: "error" | "warning";
	readonly message: string;
	readonly remedy: string | null;
}

export function problem(message: string, remedy: string | null = null): Finding {
	return { severity: "error", message, remedy };
}

export function warning(message: string, remedy: string | null = null): Finding {
	return { severity: "warning", message, remedy };
}

/** Fails with the first error, and all the others as its detail; gives the warnings. */
export function refuseErrors(findings: readonly Finding[], place: string, code: ErrorCode): readonly Finding[] {
	const errors = findings.filter((finding) => finding.severity === "error");
	const [first] = errors;
	if (first === undefined) return findings;
	throw new HomerangeError(code, first.message, {
		place,
		remedy: first.remedy,
		detail: errors.length > 1 ? errors.map(({ message }) => message).join("\n") : null,
	});
}
