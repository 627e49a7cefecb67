import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { expect, test, vi } from "vitest";
import { contains, parseAddress, parseSubnet } from "./addresses.ts";
import { parseBlueprint } from "./parse.ts";
import { resolvedBlueprint } from "./resolved.ts";
import { createTemplateLookup } from "./template-lookup.ts";
import { loadTemplates } from "./templates.ts";

// Hundreds of documents a test; a busy machine takes its time.
vi.setConfig({ testTimeout: 60_000 });

const root = join(import.meta.dirname, "..", "..", "templates");
const library = createTemplateLookup(await loadTemplates(join(root, "machines")));
const shipped = readdirSync(join(root, "blueprints")).map((name) =>
	readFileSync(join(root, "blueprints", name), "utf8"),
);

/** What holds for any text at all. */
function holds(text: string): void {
	const { blueprint, errors, warnings } = parseBlueprint(text, "f", library);
	expect(blueprint === null).toBe(errors.length > 0);
	const lines = text.replace(/^\uFEFF/, "").split("\n");
	for (const { line, column, message } of [...errors, ...warnings]) {
		const at = lines[line - 1];
		expect(at).toBeDefined();
		expect(column).toBeGreaterThanOrEqual(1);
		expect(column).toBeLessThanOrEqual((at ?? "").length + 1);
		expect(message).not.toBe("");
	}
	if (blueprint === null) return;
	expect(resolvedBlueprint.safeParse(blueprint).success).toBe(true);
	const used = new Set<string>();
	for (const { role, nic } of blueprint.machines.flatMap(({ role, nics }) => nics.map((nic) => ({ role, nic })))) {
		const network = blueprint.networks.find(({ name }) => name === nic.network);
		const subnet = parseSubnet(network?.subnet ?? "");
		expect(subnet !== null && contains(subnet, parseAddress(nic.ip) ?? -1)).toBe(true);
		expect(nic.ip === network?.gateway).toBe(role === "router");
		expect(used.has(nic.ip) || used.has(nic.mac)).toBe(false);
		used.add(nic.ip).add(nic.mac);
	}
}

test("arbitrary text never throws", () => {
	fc.assert(fc.property(fc.string({ unit: "binary", maxLength: 200 }), holds), { numRuns: 300 });
});

test("arbitrary bytes, read as text, never throw", () => {
	fc.assert(fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => holds(Buffer.from(bytes).toString())));
});

const yamlish = fc.constantFrom(
	...[
		"- ",
		": ",
		"? ",
		"{",
		"}",
		"[",
		"]",
		",",
		"&a ",
		"*a",
		"<<: ",
		"!!str ",
		"|\n",
		">-\n",
		'"',
		"'",
		"#",
		"\n",
		"  ",
	],
	...[
		"---\n",
		"...\n",
		"%YAML 1.2\n",
		"\t",
		"a",
		"x-",
		"null",
		"~",
		"1",
		"blueprint",
		"machines",
		"__proto__",
		"\\",
		"é",
	],
);

test("whatever looks like YAML never throws", () => {
	const text = fc.array(yamlish, { maxLength: 60 }).map((parts) => parts.join(""));
	fc.assert(fc.property(text, holds), { numRuns: 400 });
});

test("damaged blueprints never throw, and what is still valid has sound addresses", () => {
	const cut = fc.tuple(fc.nat(), fc.nat({ max: 30 }), fc.oneof(yamlish, fc.string({ maxLength: 5 })));
	fc.assert(
		fc.property(fc.constantFrom(...shipped), fc.array(cut, { minLength: 1, maxLength: 4 }), (document, cuts) => {
			let text = document;
			for (const [at, length, put] of cuts) {
				const start = at % (text.length + 1);
				text = text.slice(0, start) + put + text.slice(start + length);
			}
			holds(text);
		}),
		{ numRuns: 200 },
	);
});

/** Values of any shape below the known keys, so that each check sees each kind of wrong value. */
const scalar = fc.oneof(
	fc.constantFrom(
		"lan",
		"dmz",
		"10.0.1.9",
		"10.0.1.0/24",
		"10.0.0.0/8",
		"80/tcp",
		"64MiB",
		"60s",
		"debian-web",
		"/etc/x",
		"ready",
	),
	fc.constantFrom<unknown>(null, true, false, 0, 1, 80, -1, 1.5, 65_536, ""),
	fc.string({ maxLength: 6 }),
);
const { any } = fc.letrec((tie) => ({
	any: fc.oneof(
		{ maxDepth: 4, depthSize: "medium" },
		scalar,
		fc.array(tie("any"), { maxLength: 3 }),
		fc.dictionary(
			fc.constantFrom(
				...[
					"lan",
					"dmz",
					"a",
					"b",
					"subnet",
					"gateway",
					"internet",
					"isolated",
					"from",
					"to",
					"ports",
					"template",
					"image",
				],
				...[
					"snapshot",
					"provider",
					"nics",
					"network",
					"ip",
					"mac",
					"default",
					"memory",
					"cpus",
					"command",
					"environment",
				],
				...[
					"files",
					"path",
					"content",
					"source",
					"mode",
					"ready",
					"tcp",
					"http",
					"exec",
					"log",
					"timeout",
					"depends_on",
				],
				...["console", "vnc", "labels", "privileged", "x-a", "hostname", "post_boot", "disk"],
			),
			tie("any"),
			{ maxKeys: 5 },
		),
	),
}));

test("wrong shapes anywhere never throw", () => {
	const document = fc.record({
		blueprint: fc.constantFrom<unknown>(1, "1", null),
		name: fc.constantFrom<unknown>("x", 1),
		networks: fc.dictionary(fc.constantFrom("lan", "dmz"), any),
		routes: any,
		machines: fc.dictionary(fc.constantFrom("a", "b", "c"), any),
		limits: any,
	});
	fc.assert(
		fc.property(document, (value) => holds(JSON.stringify(value))),
		{ numRuns: 300 },
	);
});

test("the order of machines with explicit addresses changes no other machine's address", () => {
	const explicit = fc.uniqueArray(fc.integer({ min: 2, max: 60 }), { maxLength: 12 });
	fc.assert(
		fc.property(explicit, fc.nat({ max: 12 }), fc.infiniteStream(fc.nat()), (hosts, automatic, random) => {
			const fixed = hosts.map((host) => `  e${host}: { image: x, nics: [{ network: lan, ip: 10.0.1.${host} }] }\n`);
			const free = Array.from({ length: automatic }, (_, i) => `  m${i}: { image: x, nics: [{ network: lan }] }\n`);
			const mixed = [...free];
			for (const line of fixed) mixed.splice(Number(random.next().value) % (mixed.length + 1), 0, line);
			const addresses = (machines: string[]) => {
				const text = `blueprint: 1\nname: x\nnetworks: { lan: { subnet: 10.0.1.0/24 } }\nmachines:\n${machines.join("")}`;
				const { blueprint } = parseBlueprint(text, "f", library);
				return Object.fromEntries((blueprint?.machines ?? []).map(({ name, nics }) => [name, nics[0]?.ip]));
			};
			expect(addresses(mixed)).toEqual(addresses([...free, ...fixed]));
		}),
		{ numRuns: 50 },
	);
});
