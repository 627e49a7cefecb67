import type { Validation } from "../../../contract/blueprints.ts";
import { exitStatus } from "../../../contract/errors.ts";
import { openLibrary } from "../../library/library.ts";
import { readLibrary } from "../../library/read-library.ts";
import { dataFolder, resourcePaths } from "../../paths.ts";
import { blueprintSource } from "../blueprint-source.ts";
import { type Format, print, printJson } from "../terminal/print.ts";
import { plain, styled } from "../terminal/text.ts";

/** Checks a blueprint in this process: it works where no engine can run. */
export async function validate(file: string, format: Format): Promise<void> {
	const library = await openLibrary(resourcePaths(), readLibrary(dataFolder()));
	const result = await library.validate(await blueprintSource(file));
	if (format === "json") await printJson(result);
	else await print(validationText(result));
	if (!result.valid) process.exitCode = exitStatus("BLUEPRINT_INVALID");
}

function validationText({ valid, errors, warnings }: Validation): string {
	const line = (kind: string, issue: Validation["errors"][number]) => {
		const hint = issue.hint === null ? "" : `\n    ${plain(issue.hint)}`;
		return `${issue.file}:${issue.line}:${issue.column}: ${kind}: ${plain(issue.message)} (${plain(issue.path)})${hint}`;
	};
	return [
		...errors.map((issue) => line(styled("red", "error"), issue)),
		...warnings.map((issue) => line(styled("yellow", "warning"), issue)),
		valid ? "The blueprint is valid." : `The blueprint is not valid: ${errors.length} error(s).`,
	].join("\n");
}
