import { existsSync } from "node:fs";
import { resolve } from "node:path";
import { text } from "node:stream/consumers";
import type { BlueprintSource } from "../../contract/blueprints.ts";

/**
 * What a FILE argument means: `-` is stdin, a bare name with no such file is a
 * shipped blueprint, everything else a file. Paths are made absolute, because
 * the engine has a working folder of its own.
 */
export async function blueprintSource(argument: string): Promise<BlueprintSource> {
	if (argument === "-") return { kind: "text", file: "stdin", text: await text(process.stdin) };
	const path = resolve(argument);
	if (/^[a-z][a-z0-9-]*$/.test(argument) && !existsSync(path)) return { kind: "shipped", name: argument };
	return { kind: "file", path };
}
