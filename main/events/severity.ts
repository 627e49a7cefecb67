import { type Severity, severity as severities } from "../../contract/events.ts";

/** The severity and the worse ones. */
export function atLeast(severity: Severity): Severity[] {
	return severities.options.slice(severities.options.indexOf(severity));
}
