import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { parseBlueprint } from "./parse.ts";
import { createTemplateLookup } from "./template-lookup.ts";
import { loadTemplates } from "./templates.ts";

const templates = await loadTemplates(join(import.meta.dirname, "..", "..", "templates", "machines"));
const web = templates.find(({ name }) => name === "debian-web");
if (web === undefined) throw new Error("the template is gone");
const library = createTemplateLookup(templates, [
	{ name: "web-broken", provider: "docker", image: "homerange/snapshot:webbroken", defaults: web },
	{
		name: "win",
		provider: "libvirt",
		image: "snapshot-win",
		defaults: { ...web, os: "windows", memoryBytes: 2 ** 32 },
	},
]);
const parse = (text: string) => parseBlueprint(text, "b.yaml", library);
const resolve = (text: string) => {
	const { blueprint, errors } = parse(text);
	if (blueprint === null) throw new Error(JSON.stringify(errors, null, 1));
	return blueprint;
};
/** A valid document around some machines. */
const around = (machines: string) =>
	`blueprint: 1\nname: x\nnetworks:\n  lan: { subnet: 10.0.1.0/24 }\n  dmz: { subnet: 10.0.2.0/24 }\nmachines:\n${machines}`;

/** The example of the format's definition, with everything in it but what cannot be deployed yet. */
const everything = `# yaml-language-server: $schema=../../resources/schema/blueprint.schema.json
blueprint: 1
name: two-tier
title: Two-tier web shop
networks:
  lan: { subnet: 10.0.1.0/24, gateway: 10.0.1.1, internet: true }
  dmz: { subnet: 10.0.2.0/24 }
  vault: { subnet: 10.0.3.0/24, isolated: true }
routes:
  - { from: lan, to: dmz, ports: [80/tcp, 443/tcp] }
machines:
  web:
    template: debian-web
    provider: docker
    hostname: web
    nics:
      - { network: dmz, ip: 10.0.2.10, mac: 02:42:0A:00:02:0B }
      - { network: vault, ip: 10.0.3.10 }
    cpus: 1
    memory: 512MiB
    disk: 10GiB
    command: [nginx, -g, "daemon off;"]
    environment: { TZ: UTC, PORT: 8080, VERSION: 1.10, DEBUG: true }
    files: [{ path: /etc/motd, content: "hello\\n", mode: "0640" }]
    post_boot: ["echo ready > /tmp/up"]
    ready: { tcp: 80, timeout: 60s }
    depends_on: { db: ready }
    console: { vnc: 5900 }
    labels: { team: blue }
  db:
    image: docker.io/library/redis:7
    nics: [{ network: dmz }]
    ready: { log: "Ready to accept" }
limits: { cpus: 4, memory: 8GiB, disk: 40GiB }
x-notes: anything
`;

describe("a resolved blueprint", () => {
	test("has everything that the document says", () => {
		const blueprint = resolve(everything);
		expect(blueprint).toMatchObject({
			name: "two-tier",
			title: "Two-tier web shop",
			sha256: expect.stringMatching(/^[0-9a-f]{64}$/),
			networks: [
				{ name: "lan", subnet: "10.0.1.0/24", gateway: "10.0.1.1", internet: true, isolated: false },
				{ name: "dmz", subnet: "10.0.2.0/24", gateway: "10.0.2.1", internet: false, isolated: false },
				{ name: "vault", subnet: "10.0.3.0/24", gateway: "10.0.3.1", internet: false, isolated: true },
			],
			routes: [{ from: "lan", to: "dmz", ports: ["80/tcp", "443/tcp"] }],
			router: null,
			limits: { cpus: 4, memoryBytes: 8 * 1024 ** 3, diskBytes: 40 * 1024 ** 3 },
		});
		expect(blueprint.machines[0]).toEqual({
			name: "web",
			hostname: "web",
			role: "machine",
			provider: "docker",
			os: "linux",
			source: { kind: "template", name: "debian-web" },
			image: "homerange/web:1",
			nics: [
				{ network: "dmz", ip: "10.0.2.10", mac: "02:42:0a:00:02:0b", isDefault: true },
				{ network: "vault", ip: "10.0.3.10", mac: "02:42:0a:00:03:0a", isDefault: false },
			],
			cpus: 1,
			memoryBytes: 512 * 1024 ** 2,
			diskBytes: 10 * 1024 ** 3,
			command: ["nginx", "-g", "daemon off;"],
			environment: { TZ: "UTC", PORT: "8080", VERSION: "1.10", DEBUG: "true" },
			files: [{ path: "/etc/motd", content: "hello\n", source: null, mode: 0o640 }],
			postBoot: ["echo ready > /tmp/up"],
			ready: { kind: "tcp", port: 80, timeoutMs: 60_000 },
			dependsOn: [{ machine: "db", condition: "ready" }],
			vncPort: 5900,
			serial: false,
			labels: { team: "blue" },
		});
	});
	test("takes from the template what the machine does not say", () => {
		const [machine] = resolve(around("  a: { template: debian-web, nics: [{ network: lan }] }\n")).machines;
		expect(machine).toMatchObject({
			hostname: "a",
			memoryBytes: 128 * 1024 ** 2,
			ready: { kind: "http", port: 80, path: "/health", timeoutMs: 60_000 },
			command: null,
		});
	});
	test("leaves to the image what nobody says, and has the format's defaults", () => {
		const blueprint = resolve(around("  a: { image: x, nics: [{ network: lan }], ready: { tcp: 1 } }\n"));
		expect(blueprint.machines[0]).toMatchObject({ command: null, memoryBytes: null, cpus: null, environment: {} });
		expect(blueprint.machines[0]?.ready?.timeoutMs).toBe(120_000);
		expect(blueprint.limits).toEqual({ cpus: 4, memoryBytes: 8 * 1024 ** 3, diskBytes: null });
	});
	test("is what its snapshot was: run by the same provider, with its system and sizes", () => {
		const [machine] = resolve(around("  a: { snapshot: win, nics: [{ network: lan }] }\n")).machines;
		expect(machine).toMatchObject({ provider: "libvirt", image: "snapshot-win", os: "windows", memoryBytes: 2 ** 32 });
		const { errors } = parse(around("  a: { snapshot: win, provider: docker, nics: [{ network: lan }] }\n"));
		expect(errors[0]?.message).toBe('The snapshot "win" is made for libvirt, not for docker.');
	});

	test("starts from a snapshot that the library has, with its template's defaults", () => {
		const [machine] = resolve(around("  a: { snapshot: web-broken, nics: [{ network: lan }] }\n")).machines;
		expect(machine).toMatchObject({
			source: { kind: "snapshot", name: "web-broken" },
			image: "homerange/snapshot:webbroken",
			memoryBytes: 128 * 1024 ** 2,
		});
	});
	test("gives free addresses in the document's order around the explicit ones", () => {
		const { machines } = resolve(
			around(
				"  a: { image: x, nics: [{ network: lan }] }\n  b: { image: x, nics: [{ network: lan, ip: 10.0.1.3 }] }\n  c: { image: x, nics: [{ network: lan }] }\n",
			),
		);
		expect(machines.map(({ nics }) => nics[0]?.ip)).toEqual(["10.0.1.2", "10.0.1.3", "10.0.1.4"]);
		expect(machines[2]?.nics[0]?.mac).toBe("02:42:0a:00:01:04");
	});
	test("has the default route where default: true stands", () => {
		const text = around("  a: { image: x, nics: [{ network: lan }, { network: dmz, default: true }] }\n");
		expect(resolve(text).machines[0]?.nics.map(({ isDefault }) => isDefault)).toEqual([false, true]);
	});
	test("shares settings by anchors and merge keys", () => {
		const { machines } = resolve(
			`x-base: &base { image: x, nics: [{ network: lan }], memory: 64MiB }\n${around("  a: { <<: *base }\n  b: { <<: *base, memory: 1GiB }\n")}`,
		);
		expect(machines.map(({ memoryBytes }) => memoryBytes)).toEqual([64 * 1024 ** 2, 1024 ** 3]);
		expect(machines.map(({ nics }) => nics[0]?.ip)).toEqual(["10.0.1.2", "10.0.1.3"]);
	});
	test("is the same for the same text, with a byte order mark too", () => {
		expect(resolve(everything)).toEqual(resolve(everything));
		expect(resolve(`\uFEFF${everything}`).machines).toEqual(resolve(everything).machines);
	});
	test("a list of dependencies means started", () => {
		const text = around(
			"  a: { image: x, nics: [{ network: lan }] }\n  b: { image: x, nics: [{ network: lan }], depends_on: [a] }\n",
		);
		expect(resolve(text).machines[1]?.dependsOn).toEqual([{ machine: "a", condition: "started" }]);
	});
});

describe("warnings do not stop a blueprint", () => {
	test.each([
		[
			"two machines of one hostname",
			"  a: { image: x, hostname: h, nics: [{ network: lan }] }\n  b: { image: x, hostname: H, nics: [{ network: lan }] }\n",
			"hostname",
		],
		["more memory than the range has", "  a: { image: x, memory: 9GiB, nics: [{ network: lan }] }\n", "memory"],
		[
			"ready of a machine without a probe",
			"  a: { image: x, nics: [{ network: lan }] }\n  b: { image: x, nics: [{ network: lan }], depends_on: { a: ready } }\n",
			"no readiness probe",
		],
		[
			"a serial console of a container",
			"  a: { image: x, nics: [{ network: lan }], console: { serial: true } }\n",
			"serial",
		],
		[
			"a file that the engine writes over",
			"  a: { image: x, nics: [{ network: lan }], files: [{ path: /etc/hosts, content: '' }] }\n",
			"at every start",
		],
		["a machine that x- hides", "  a: { image: x, nics: [{ network: lan }] }\n  x-ray: { image: y }\n", "x-ray"],
	])("%s", (_what, machines, word) => {
		const { blueprint, errors, warnings } = parse(around(machines));
		expect(errors).toEqual([]);
		expect(blueprint).not.toBeNull();
		expect(warnings.map(({ message }) => message).join()).toContain(word);
	});
});

describe("a router", () => {
	const { blueprint } = parseBlueprint(
		[
			"blueprint: 1",
			"name: routed",
			"networks:",
			"  lan: { subnet: 10.0.1.0/24, gateway: 10.0.1.254 }",
			"  vault: { subnet: 10.0.3.0/24, isolated: true }",
			"  dmz: { subnet: 10.0.2.0/24 }",
			"router: { image: homerange/router:1 }",
			"machines:",
			"  db: { image: i:1, nics: [{ network: dmz }] }",
			"  web: { image: i:1, nics: [{ network: lan }], depends_on: { db: ready } }",
		].join("\n"),
		"routed.yaml",
		createTemplateLookup([]),
	);

	test("is the first machine, with the gateway of every network that is not isolated", () => {
		const [router] = blueprint?.machines ?? [];
		expect(router).toMatchObject({ name: "router", role: "router", image: "homerange/router:1" });
		expect(router?.nics.map(({ network, ip, mac }) => [network, ip, mac])).toEqual([
			["lan", "10.0.1.254", "02:42:0a:00:01:fe"],
			["dmz", "10.0.2.1", "02:42:0a:00:02:01"],
		]);
	});

	test("comes before every other machine", () => {
		const dependencies = blueprint?.machines.map(({ name, dependsOn }) => [name, dependsOn]);
		expect(dependencies).toEqual([
			["router", []],
			["db", [{ machine: "router", condition: "started" }]],
			[
				"web",
				[
					{ machine: "router", condition: "started" },
					{ machine: "db", condition: "ready" },
				],
			],
		]);
	});
});

test("machines that ask for more than the range has are told, with their place", () => {
	const text = `blueprint: 1
name: big
networks: { lan: { subnet: 10.0.1.0/24 } }
machines:
  a: { image: "x:1", nics: [{ network: lan }], memory: 2GiB, cpus: 4 }
  b: { image: "x:1", nics: [{ network: lan }], memory: 1GiB }
limits: { cpus: 2, memory: 2GiB }
`;
	const { blueprint, warnings } = parseBlueprint(text, "big.yaml", createTemplateLookup([]));
	expect(blueprint).not.toBeNull();
	expect(warnings.map(({ path, line, message }) => `${line} ${path}: ${message}`)).toEqual([
		'5 machines.a.cpus: "a" asks for 4 CPUs, the whole range has 2.',
		"7 limits.memory: The machines may use 3072 MiB of memory, the range has 2048 MiB.",
	]);
});
