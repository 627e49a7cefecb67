import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { blueprintJsonSchema, blueprintSchemaText } from "./json-schema.ts";

test("the schema in resources/ is the one that the format gives", () => {
	const file = join(import.meta.dirname, "..", "..", "resources", "schema", "blueprint.schema.json");
	expect(readFileSync(file, "utf8")).toBe(blueprintSchemaText());
});

test("every map refuses unknown keys and lets keys with x- pass", () => {
	const visit = (node: unknown): number => {
		if (typeof node !== "object" || node === null) return 0;
		const children = Object.values(node).reduce((sum: number, child) => sum + visit(child), 0);
		if (!("type" in node) || node.type !== "object") return children;
		expect(node).toMatchObject({ additionalProperties: expect.anything(), patternProperties: { "^x-": {} } });
		return children + 1;
	};
	expect(visit(JSON.parse(JSON.stringify(blueprintJsonSchema(), (_k, v) => (v === false ? "no" : v))))).toBeGreaterThan(
		10,
	);
});
