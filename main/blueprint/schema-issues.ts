import { z } from "zod";
import type { Issues, Path } from "./issues.ts";
import { nameHint, nearest } from "./nearest.ts";
import { otherWords, refusedKeys } from "./refused-keys.ts";

type SchemaIssue = z.core.$ZodIssue;

/** Puts what the schema found into sentences with a place and a hint. */
export function reportSchemaIssues(
	found: readonly SchemaIssue[],
	value: unknown,
	schema: z.ZodType,
	issues: Issues,
): void {
	for (const issue of found) report(issue, [], value, schema, issues);
}

function report(issue: SchemaIssue, above: Path, value: unknown, schema: z.ZodType, issues: Issues): void {
	const path = [...above, ...issue.path.map((step) => (typeof step === "number" ? step : String(step)))];
	switch (issue.code) {
		case "unrecognized_keys": {
			const known = keysOf(schema, path);
			for (const key of issue.keys) reportUnknownKey(key, path, known, issues);
			return;
		}
		case "invalid_union": {
			// Of the branches take the one that fits the kind of value: it fails deeper than at its top.
			const branch = issue.errors.find((errors) => errors.some((e) => e.code !== "invalid_type" || e.path.length > 0));
			if (branch === undefined) {
				const kinds = issue.errors.flatMap((errors) =>
					errors.map((e) => (e.code === "invalid_type" ? article(e.expected) : "")),
				);
				const wanted = [...new Set(kinds)]
					.filter((kind) => kind !== "")
					.join(", ")
					.replace(/, ([^,]*)$/, " or $1");
				issues.error(path, expected(wanted, valueAt(value, path)));
			} else for (const inner of branch) report(inner, path, value, schema, issues);
			return;
		}
		case "invalid_key":
			for (const inner of issue.issues) issues.error(path, ...sentence(inner.message), "key");
			return;
		case "invalid_type": {
			const actual = valueAt(value, path);
			if (actual === undefined) reportMissing(path, issues);
			else if (isDefaultText(issue.message))
				issues.error(path, expected(article(issue.expected), actual), actual === null ? missingHint(path) : null);
			else issues.error(path, ...sentence(issue.message));
			return;
		}
		case "invalid_value": {
			const actual = valueAt(value, path);
			if (actual === undefined) reportMissing(path, issues);
			else if (isDefaultText(issue.message)) {
				const values = issue.values.map(String);
				const close = typeof actual === "string" ? nearest(actual, values) : null;
				issues.error(path, `This must be ${values.join(" or ")}.`, close === null ? null : `Did you mean "${close}"?`);
			} else issues.error(path, ...sentence(issue.message));
			return;
		}
		default:
			issues.error(path, ...sentence(issue.message));
	}
}

/** Zod's own sentences begin so; ours never do. */
const isDefaultText = (message: string) => message.startsWith("Invalid ");

/** Splits "message\nhint", and makes a sentence of the contract's bare advice ("use lower-case …"). */
function sentence(message: string): [string, string | null] {
	const [first = "", hint] = message.split("\n", 2);
	if (hint !== undefined) return [first, hint];
	if (first.startsWith("use ")) return ["This is not a valid name.", `U${first.slice(1)}.`];
	return [first, null];
}

const missingHints: Readonly<Record<string, string>> = {
	blueprint: "Write blueprint: 1.",
	name: "Write name: my-range.",
	networks: "Write networks: { lan: { subnet: 10.0.1.0/24 } }.",
	machines: "Write machines: { web: { template: debian-web, nics: [{ network: lan }] } }.",
	subnet: "Write subnet: 10.0.1.0/24.",
	nics: "Write nics: [{ network: NAME }].",
	network: "Name a network of this blueprint.",
	from: "Name a network of this blueprint.",
	to: "Name a network of this blueprint.",
};

const missingHint = (path: Path) => missingHints[String(path.at(-1))] ?? null;

function reportMissing(path: Path, issues: Issues): void {
	const key = String(path.at(-1));
	issues.error(path, `"${key}" is missing${inside(path)}.`, missingHint(path));
}

function inside(path: Path): string {
	const parent = path.slice(0, -1);
	return parent.length === 0 ? "" : ` in ${parent.join(".")}`;
}

function reportUnknownKey(key: string, path: Path, known: readonly string[], issues: Issues): void {
	const at = [...path, key];
	const refused = refusedKeys.get(normal(key));
	const meant = otherWords.get(normal(key));
	if (meant !== undefined && known.includes(meant)) {
		issues.error(at, `"${key}" is not known here.`, `Did you mean "${meant}"?`, "key");
	} else if (refused !== undefined) {
		issues.error(at, `"${key}" is refused: ${refused.why}.`, refused.hint, "key");
	} else {
		const hint = () => nameHint(key, known, "Leave it out.");
		issues.error(at, `"${key.slice(0, 80)}" is not known here.`, hint, "key");
	}
}

/** "capAdd", "cap-add" and "Cap_Add" are all cap_add. */
const normal = (key: string) =>
	key
		.replace(/([a-z])([A-Z])/g, "$1_$2")
		.replaceAll("-", "_")
		.toLowerCase();

const kinds: Readonly<Record<string, string>> = {
	string: "text",
	number: "a number",
	int: "a whole number",
	boolean: "true or false",
	array: "a list",
	object: "a map",
	record: "a map",
};
const article = (kind: string) => kinds[kind] ?? kind;

function expected(wanted: string, actual: unknown): string {
	if (actual === null) return `A value is missing: ${wanted} is expected here.`;
	const kind = Array.isArray(actual) ? "array" : typeof actual;
	return `This must be ${wanted}, but it is ${kind === "boolean" ? "true or false" : article(kind)}.`;
}

export function valueAt(value: unknown, path: Path): unknown {
	let at = value;
	for (const step of path) {
		if (typeof at !== "object" || at === null) return undefined;
		at = (at as Record<string, unknown>)[String(step)];
	}
	return at;
}

/** The keys that the schema knows at a path. */
function keysOf(schema: z.ZodType, path: Path): string[] {
	let candidates: unknown[] = [schema];
	for (const step of path) candidates = candidates.flatMap(unwrap).flatMap((inner) => childOf(inner, step));
	return candidates.flatMap(unwrap).flatMap((inner) => (inner instanceof z.ZodObject ? Object.keys(inner.shape) : []));
}

function unwrap(schema: unknown): unknown[] {
	if (schema instanceof z.ZodOptional) return unwrap(schema.unwrap());
	if (schema instanceof z.ZodUnion) return schema.options.flatMap(unwrap);
	return [schema];
}

function childOf(schema: unknown, step: string | number): unknown[] {
	if (schema instanceof z.ZodObject) return [schema.shape[String(step)]];
	if (schema instanceof z.ZodRecord) return [schema.valueType];
	if (schema instanceof z.ZodArray) return [schema.element];
	return [];
}
