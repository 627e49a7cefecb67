import type { z } from "zod";
import { blueprintFormat, type Draft, draftFormat } from "./format.ts";
import type { Issues } from "./issues.ts";
import type { Read } from "./read-yaml.ts";
import { reportSchemaIssues, valueAt } from "./schema-issues.ts";

/**
 * Reports everything that the schema finds, then takes the wrong parts out, so that
 * the checks of meaning can run on the rest and all errors come at once. Null when
 * nothing usable is left. Changes `read.value`; `read.place` still tells what was written.
 */
export function readDraft(read: Read, issues: Issues): Draft | null {
	const whole = blueprintFormat.safeParse(read.value);
	if (whole.success) return whole.data;
	reportSchemaIssues(whole.error.issues, read.value, blueprintFormat, issues);
	// Each round removes at least one part of a tree whose depth is below ten.
	for (let round = 0; round < 12; round++) {
		const parsed = draftFormat.safeParse(read.value);
		if (parsed.success) return parsed.data;
		// Found before any is removed, so that two issues of one part remove that part only.
		const targets = parsed.error.issues.flatMap((issue) => partsOf(read.value, issue));
		if (targets.some((target) => target.length === 0)) return null;
		for (const target of targets) takeOut(read.value, target);
	}
	return null;
}

/** Paths of the parts that an issue is about; of what holds a part when the part is not there. */
function partsOf(value: unknown, issue: z.core.$ZodIssue): string[][] {
	const paths = issue.code === "unrecognized_keys" ? issue.keys.map((key) => [...issue.path, key]) : [issue.path];
	return paths.map((path) => {
		const steps = path.map(String);
		while (steps.length > 0 && valueAt(value, steps) === undefined) steps.pop();
		return steps;
	});
}

function takeOut(value: unknown, path: readonly string[]): void {
	const parent = valueAt(value, path.slice(0, -1));
	const last = path.at(-1);
	if (last === undefined || typeof parent !== "object" || parent === null) return;
	// An element of a list leaves a hole, so that the others keep their numbers.
	if (Array.isArray(parent)) parent[Number(last)] = undefined;
	else delete (parent as Record<string, unknown>)[last];
}
