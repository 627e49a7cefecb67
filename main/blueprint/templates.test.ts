import { readdirSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { template as contractTemplate } from "../../contract/library.ts";
import { listShippedBlueprints, loadBlueprint } from "./load.ts";
import { parseBlueprint } from "./parse.ts";
import { resolvedBlueprint } from "./resolved.ts";
import { createTemplateLookup } from "./template-lookup.ts";
import { loadTemplates, parseTemplate } from "./templates.ts";
import { templateDocument, templateInputOf, writeTemplate } from "./write-template.ts";

const root = join(import.meta.dirname, "..", "..", "templates");
const blueprints = join(root, "blueprints");
const templates = await loadTemplates(join(root, "machines"));
const library = createTemplateLookup(templates);

test("the shipped templates load and fit the contract", () => {
	expect(templates.map(({ name }) => name)).toEqual(["attacker", "busybox", "debian-web", "desktop", "redis"]);
	for (const template of templates) {
		expect(contractTemplate.omit({ users: true }).strict().parse(template)).toEqual(template);
		expect(template.shipped).toBe(true);
	}
});

test("a template's console and probe are what the machine gets", () => {
	expect(library.template("desktop")).toMatchObject({
		vncPort: 5900,
		consoles: ["shell", "vnc"],
		readiness: { kind: "tcp", port: 5900, timeoutMs: 60_000 },
	});
});

test.each(templates.map((template) => [template.name, template] as const))(
	"%s is read as it was written",
	(_, template) => {
		const own = { ...template, shipped: false };
		expect(parseTemplate(writeTemplate(template), "x.yaml")).toEqual({ template: own, errors: [] });
		const stored = JSON.stringify(templateDocument(templateInputOf(template)));
		expect(parseTemplate(stored, "x.yaml")).toEqual({ template: own, errors: [] });
	},
);

test("a template with everything that it can say is written and read again", () => {
	const document = templateDocument({
		name: "all",
		title: "All: of # it",
		description: "Two\nlines",
		os: "windows",
		kind: "windows-vm",
		provider: "libvirt",
		image: "homerange/all:1",
		cpus: 2,
		memoryBytes: 1024 ** 3 + 1,
		diskBytes: 10 * 1024 ** 3,
		display: "headless",
		architecture: "arm64",
		icon: "shield",
		vncPort: 5901,
		serial: true,
		command: ["sh", "-c", "echo 'a'; : \"b\""],
		environment: { ZERO: "007", YES: "yes", EMPTY: "" },
		ports: ["80/tcp", "53/udp"],
		readiness: { kind: "log", pattern: "ready: \\d+", timeoutMs: 1500 },
		tags: ["a", "b"],
	});
	const { template, errors } = parseTemplate(JSON.stringify(document), "all.yaml");
	expect(errors).toEqual([]);
	expect(template).toMatchObject({ provider: "libvirt", memoryBytes: 1024 ** 3 + 1, consoles: ["serial", "vnc"] });
	expect(template?.environment).toEqual({ ZERO: "007", YES: "yes", EMPTY: "" });
	if (template !== null) expect(parseTemplate(writeTemplate(template), "all.yaml").template).toEqual(template);
});

test.each([
	["debian.12", "", "libvirt", ["serial", "vnc"]],
	["dockurr/windows", "", "docker", ["shell", "vnc"]],
	["debian.12", "\nprovider: docker", "docker", ["shell", "vnc"]],
	["disk:1", "\nprovider: libvirt", "libvirt", ["serial", "vnc"]],
])("a VM from %s%s is run by %s", (image, line, provider, consoles) => {
	const console = provider === "libvirt" ? "\nconsole: { serial: true, vnc: 5900 }" : "";
	const text = `template: 1\nname: a\ntitle: A\nos: linux\nkind: linux-vm\nimage: ${image}${line}${console}\n`;
	const { template } = parseTemplate(text, "a.yaml");
	expect(template).toMatchObject({ kind: "linux-vm", provider, consoles });
	if (template !== null) expect(parseTemplate(writeTemplate(template), "a.yaml").template).toEqual(template);
});

test.each([
	["kind: container\nprovider: libvirt", "provider"],
	["kind: macos-vm\nprovider: docker", "provider"],
	['ready: { log: "(" }', "ready.log"],
	["ready: { tcp: 80, http: 80 }", "ready.http"],
	["memory: 1KiB", "memory"],
	["ports: [eighty]", "ports.0"],
	["icon: ../../x", "icon"],
	["privileged: true", "privileged"],
])("%s is refused at %s", (lines, path) => {
	const { template, errors } = parseTemplate(
		`template: 1\nname: a\ntitle: A\nos: linux\nimage: a:1\n${lines}\n`,
		"a.yaml",
	);
	expect(template).toBeNull();
	expect(errors.map((error) => error.path)).toContain(path);
});

test("a wrong template is refused with a place", () => {
	const { template, errors } = parseTemplate("template: 1\nname: a\nimage: UPPER\n", "a.yaml");
	expect(template).toBeNull();
	expect(errors).toContainEqual(expect.objectContaining({ path: "image", line: 3 }));
});

describe("shipped blueprints", () => {
	const names = readdirSync(blueprints).map((file) => file.replace(/\.yaml$/, ""));
	test.each(names)("%s is valid, without a warning, and teaches by its title", async (name) => {
		const { text, file } = await loadBlueprint({ kind: "shipped", name }, [blueprints]);
		const { blueprint, errors, warnings } = parseBlueprint(text, file, library);
		expect([...errors, ...warnings]).toEqual([]);
		expect(blueprint?.name).toBe(name);
		expect(blueprint?.title).toBeTruthy();
		expect(blueprint?.description).toBeTruthy();
		expect(resolvedBlueprint.parse(JSON.parse(JSON.stringify(blueprint)))).toEqual(blueprint);
	});
	test("first-range has two networks, four machines, a dependency and a VNC console", async () => {
		const { text, file } = await loadBlueprint({ kind: "shipped", name: "first-range" }, [blueprints]);
		const blueprint = parseBlueprint(text, file, library).blueprint;
		expect(blueprint?.networks).toHaveLength(2);
		expect(blueprint?.machines).toHaveLength(4);
		expect(blueprint?.machines.find(({ name }) => name === "web")?.dependsOn).toEqual([
			{ machine: "db", condition: "ready" },
		]);
		expect(blueprint?.machines.filter(({ vncPort }) => vncPort !== null)).toHaveLength(1);
	});
	test("the list counts networks and machines", async () => {
		const shipped = await listShippedBlueprints([blueprints], library);
		expect(shipped.find(({ name }) => name === "first-range")).toMatchObject({ machines: 4, networks: 2 });
	});
	test("an unknown name is refused with the nearest", async () => {
		await expect(loadBlueprint({ kind: "shipped", name: "first-rnage" }, [blueprints])).rejects.toMatchObject({
			code: "INPUT_INVALID",
			remedy: 'Did you mean "first-range"?',
		});
		await expect(loadBlueprint({ kind: "shipped", name: "../x" }, [blueprints])).rejects.toMatchObject({
			code: "INPUT_INVALID",
		});
	});
});
