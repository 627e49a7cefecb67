import { readFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { AddedMachine } from "../../contract/added-machine.ts";
import { addMachine } from "./add-machine.ts";
import { parseBlueprint } from "./parse.ts";
import { createTemplateLookup } from "./template-lookup.ts";

const library = createTemplateLookup([]);
const added = (over: Partial<AddedMachine> = {}): AddedMachine => ({
	name: "c",
	source: { kind: "image", name: "homerange/busybox:1" },
	nics: [{ network: "lan" }],
	...over,
});
const line = "c: { image: homerange/busybox:1, nics: [ { network: lan } ] }";
const head = "blueprint: 1\nname: tiny\nnetworks:\n  lan: { subnet: 10.0.1.0/24 }\n";

/** The blueprint that the text with the machine says. */
function parsed(text: string, machine = added()) {
	const { blueprint, errors } = parseBlueprint(addMachine(text, machine), "tiny.yaml", library);
	expect(errors).toEqual([]);
	return blueprint;
}
const names = (text: string, machine = added()) => parsed(text, machine)?.machines.map(({ name }) => name);

describe("a machine comes to a blueprint", () => {
	test("as the last of its machines, and nothing else changes", () => {
		const text = readFileSync(join(import.meta.dirname, "../../templates/blueprints/tiny.yaml"), "utf8");
		const lines = addMachine(text, added()).split("\n");
		expect(lines.filter((one) => one !== `  ${line}`).join("\n")).toBe(text);
		expect(lines.indexOf(`  ${line}`)).toBe(lines.findIndex((one) => one.startsWith("  b:")) + 1);
	});

	test("with its addresses, its CPUs and its memory", () => {
		const machine = added({
			nics: [{ network: "lan", ip: "10.0.1.77" }],
			cpus: 0.5,
			memoryBytes: 128 * 1024 ** 2,
		});
		expect(
			parsed(`${head}machines:\n  a: { image: x, nics: [{ network: lan }] }\n`, machine)?.machines[1],
		).toMatchObject({
			name: "c",
			cpus: 0.5,
			memoryBytes: 128 * 1024 ** 2,
			nics: [{ network: "lan", ip: "10.0.1.77" }],
		});
	});

	test.each([
		[
			"a block with a comment behind and under it",
			"machines:\n    a: { image: x, nics: [{ network: lan }] } # mine\n    # the end\nlimits: { cpus: 1 }\n",
		],
		[
			"nested blocks",
			"machines:\n  a:\n    image: x\n    nics:\n      - network: lan # here\n\n# limits follow\nlimits: { cpus: 1 }\n",
		],
		["a block without a newline at its end", "machines:\n  a: { image: x, nics: [{ network: lan }] }"],
		[
			"lines that end as on Windows",
			"machines:\r\n  a: { image: x, nics: [{ network: lan }] }\r\nlimits: { cpus: 1 }\r\n",
		],
		[
			"a text of several lines",
			"machines:\n  a:\n    image: x\n    nics: [{ network: lan }]\n    files:\n      - path: /a\n        content: |+\n          one\n\n\nlimits: { cpus: 1 }\n",
		],
		[
			"a value that is not written out",
			"machines:\n  a:\n    image: x\n    nics: [{ network: lan }]\n    x-note:\nlimits: { cpus: 1 }\n",
		],
		["flow", "machines: { a: { image: x, nics: [{ network: lan }] } }\n"],
		["flow over lines, with a comma at its end", "machines: {\n  a: { image: x, nics: [{ network: lan }] },\n}\n"],
		["a plain value at the end of flow", "machines: { a: { image: x, nics: [{ network: lan }], x-a: b }}\n"],
		[
			"an alias, which keeps what it stands for",
			"x-all: &all\n  a: { image: x, nics: [{ network: lan }] }\nmachines: *all\n",
		],
	])("where they are written as %s", (_what, machines) => {
		expect(names(head + machines)?.toSorted()).toEqual(["a", "c"]);
	});

	test("where there was none", () => {
		expect(names(`${head}machines: {}\n`)).toEqual(["c"]);
	});

	test("keeps the spelling of every other value", () => {
		const text = `${head}machines:\n  a: { image: "x", nics: [{network: lan}], environment: { PORT: 0080, T: 1.10 } }   # as is\n`;
		expect(addMachine(text, added())).toBe(`${text}  ${line}\n`);
	});

	test("whatever it starts from, its name is a value and nothing more", () => {
		fc.assert(
			fc.property(fc.string({ minLength: 1, maxLength: 40, unit: "binary" }), (name) => {
				const text = addMachine(`${head}machines: {}\n`, added({ source: { kind: "snapshot", name } }));
				const { errors } = parseBlueprint(text, "t", createTemplateLookup([]));
				expect(errors.map(({ path }) => path)).toEqual(["machines.c.snapshot"]);
			}),
			{ numRuns: 30 },
		);
	});
});
