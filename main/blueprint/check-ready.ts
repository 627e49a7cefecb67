import { asWritten, type Check } from "./check.ts";
import type { MachineFormat } from "./format.ts";
import type { Path } from "./issues.ts";
import { placeAt } from "./place.ts";
import { parseHttpProbe } from "./quantities.ts";

const forms = ["tcp", "http", "exec", "log"] as const;

/** Checks that the readiness probe at a path has exactly one form, and that form's spelling. */
export function checkReady(
	{ root, issues }: Pick<Check, "root" | "issues">,
	path: Path,
	ready: MachineFormat["ready"],
): void {
	if (ready === undefined) return;
	const written = forms.filter((form) => placeAt(root, [...path, form]) !== null);
	if (written.length === 0) {
		issues.error(
			path,
			"This probe does not say what to probe.",
			'Write one of tcp: 80, http: "80/health", exec: [cmd] and log: "regex".',
		);
	} else if (written.length > 1) {
		issues.error(
			[...path, written[1] ?? ""],
			`This probe has both ${written.join(" and ")}.`,
			"Keep exactly one of them.",
			"key",
		);
	}
	if (ready.http !== undefined) {
		const text = asWritten(root, [...path, "http"], ready.http);
		if (parseHttpProbe(text) === null) {
			issues.error(
				[...path, "http"],
				`"${text.slice(0, 80)}" is not a port and a path.`,
				"Write 80/health, without http:// and a host.",
			);
		}
	}
	if (ready.log !== undefined) {
		const refused = ready.log === "" ? "The pattern is empty." : refusePattern(ready.log);
		if (refused !== null) issues.error([...path, "log"], refused, 'Write a short pattern, such as "ready to accept".');
	}
}

/** Why a pattern is none, or null. How long it may run is for the one who runs it to bound. */
function refusePattern(pattern: string): string | null {
	try {
		new RegExp(pattern);
		return null;
	} catch (error) {
		return `This is not a regular expression: ${error instanceof Error ? error.message : String(error)}.`;
	}
}
