import type { DoctorCheck } from "../../../contract/engines.ts";
import { toErrorInfo } from "../../../contract/errors.ts";
import { withEngine } from "../connect.ts";
import { type Format, print, printJson } from "../terminal/print.ts";
import { paintState, plain } from "../terminal/text.ts";

export async function doctor(fix: boolean, format: Format): Promise<void> {
	const checks = await withEngine((client) => client.api.doctor.run({ fix })).catch(engineCheck);
	if (format === "json") await printJson(checks);
	else await print(checksText(checks));
	if (checks.some((check) => check.state === "failed")) process.exitCode = 1;
}

/** An engine that cannot even start is the first thing that a doctor has to tell. */
function engineCheck(error: unknown): DoctorCheck[] {
	const { message, remedy } = toErrorInfo(error);
	return [
		{
			id: "start",
			category: "app",
			title: "Homerange's engine starts",
			state: "failed",
			message,
			remedy,
			fixable: false,
		},
	];
}

function checksText(checks: DoctorCheck[]): string {
	return checks
		.map(({ state, title, message, remedy, fixable }) =>
			[
				`${paintState(state)}  ${plain(title)}: ${plain(message)}`,
				...(remedy === null || state === "passed" ? [] : [`    ${plain(remedy)}`]),
				...(fixable && state !== "passed" ? ["    `homerange doctor --fix` can mend it."] : []),
			].join("\n"),
		)
		.join("\n");
}
