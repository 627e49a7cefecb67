import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { blueprintSchemaText } from "./json-schema.ts";

/**
 * Writes resources/schema/blueprint.schema.json; with --check only compares, and ends
 * with 1 when the file is stale.
 */
const file = join(import.meta.dirname, "..", "..", "resources", "schema", "blueprint.schema.json");
const text = blueprintSchemaText();

if (process.argv.includes("--check")) {
	let stored: string | null = null;
	try {
		stored = readFileSync(file, "utf8");
	} catch (error) {
		process.stderr.write(`${file} cannot be read: ${String(error)}\n`);
	}
	if (stored !== text) {
		process.stderr.write(`${file} is stale. Run: npm run schema\n`);
		process.exitCode = 1;
	}
} else {
	mkdirSync(dirname(file), { recursive: true });
	writeFileSync(file, text);
}
