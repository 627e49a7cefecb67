import { describe, expect, test } from "vitest";
import type { AddedMachine } from "../../contract/added-machine.ts";
import { createTemplateLookup, parseBlueprint } from "../blueprint/index.ts";
import { prepareAddedMachine } from "./added-machine.ts";
import { diffRange } from "./update-diff.ts";

const text = `blueprint: 1
name: tiny
networks:
  lan: { subnet: 10.0.1.0/24 }
machines:
  a: { image: busybox, nics: [{ network: lan }], files: [{ path: /a, source: a.txt }] }
`;
const library = createTemplateLookup(
	[],
	[
		{
			name: "clean",
			provider: "docker",
			image: "homerange-snapshot:clean",
			defaults: {
				cpus: null,
				memoryBytes: 64 * 1024 ** 2,
				diskBytes: null,
				consoles: ["shell"],
				vncPort: null,
				serial: false,
				command: ["sleep", "1"],
				environment: {},
				ports: [],
				readiness: null,
			},
		},
	],
);

const added = (over: Partial<AddedMachine> = {}): AddedMachine => ({
	name: "b",
	source: { kind: "snapshot", name: "clean" },
	nics: [{ network: "lan" }],
	...over,
});

/** A range that was made from the text, and has since become something else in one place. */
function present() {
	const { blueprint } = parseBlueprint(text, "tiny.yaml", library);
	if (blueprint === null) throw new Error("the text is a blueprint");
	const networks = blueprint.networks.map((network) => ({ ...network, internet: true }));
	return { id: "1", name: "tiny-1", profile: null, blueprint: { ...blueprint, networks } };
}
const sources = new Map([["a.txt", Buffer.from("a")]]);
const store = { blueprintText: () => ({ text, file: "tiny.yaml" }), fileSources: () => sources };
const prepare = (machine: AddedMachine, range = present()) => prepareAddedMachine(library, store, range, machine);

describe("a machine that comes to a range", () => {
	test("is the only difference, whatever the range has become since", () => {
		const range = present();
		const { blueprint, sources: files } = prepare(added(), range);
		const { changes } = diffRange({ blueprint: range.blueprint, sources }, { blueprint, sources: files });
		expect(changes.map(({ message, losesData }) => ({ message, losesData }))).toEqual([
			{ message: "The machine b (lan 10.0.1.3) is added.", losesData: false },
		]);
	});

	test("takes its defaults from what it starts from", () => {
		expect(prepare(added()).blueprint.machines[1]).toMatchObject({
			image: "homerange-snapshot:clean",
			memoryBytes: 64 * 1024 ** 2,
			command: ["sleep", "1"],
			source: { kind: "snapshot", name: "clean" },
		});
	});

	test.each([
		["a name that is taken", added({ name: "a" }), "NAME_TAKEN", "has a machine a already"],
		["a name that blueprints ignore", added({ name: "x-ray" }), "INPUT_INVALID", "cannot be called x-ray"],
		[
			"an address of another network",
			added({ nics: [{ network: "lan", ip: "10.9.9.9" }] }),
			"BLUEPRINT_INVALID",
			"10.9.9.9",
		],
		["a network that is not there", added({ nics: [{ network: "dmz" }] }), "BLUEPRINT_INVALID", "dmz"],
		["a template that is not there", added({ source: { kind: "template", name: "nix" } }), "BLUEPRINT_INVALID", "nix"],
	])("is refused for %s", (_what, machine, code, words) => {
		expect(() => prepare(machine)).toThrow(expect.objectContaining({ code, message: expect.stringContaining(words) }));
	});
});
