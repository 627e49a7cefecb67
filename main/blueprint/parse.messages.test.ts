import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { parseBlueprint } from "./parse.ts";
import { createTemplateLookup } from "./template-lookup.ts";
import { loadTemplates } from "./templates.ts";

const templates = await loadTemplates(join(import.meta.dirname, "..", "..", "templates", "machines"));
const library = createTemplateLookup(templates);

/** "line:column path: message [hint]" of each error. */
function errorsOf(text: string): string[] {
	const { blueprint, errors } = parseBlueprint(text, "b.yaml", library);
	expect(blueprint === null).toBe(errors.length > 0);
	return errors.map((e) => `${e.line}:${e.column} ${e.path}: ${e.message}${e.hint === null ? "" : ` [${e.hint}]`}`);
}

const top = `blueprint: 1
name: x
networks:
  lan: { subnet: 10.0.1.0/24 }
  dmz: { subnet: 10.0.2.0/24 }
  vault: { subnet: 10.0.3.0/24, isolated: true }
`;
/** One machine "a" on line 8 with more keys from line 9 on. */
const machine = (...lines: string[]) =>
	`${top}machines:\n  a:\n${lines.map((line) => `    ${line}\n`).join("")}    nics: [{ network: lan }]\n    image: x\n`;
const nics = (text: string) => `${top}machines:\n  a: { image: x, nics: [${text}] }\n`;
const networks = (text: string) =>
	`blueprint: 1\nname: x\nnetworks:\n  lan: ${text}\nmachines:\n  a: { image: x, nics: [{ network: lan }] }\n`;
const routes = (text: string) => `${top}routes:\n  - ${text}\nmachines:\n  a: { image: x, nics: [{ network: lan }] }\n`;

const table: [string, string, (string | RegExp)[]][] = [
	["an empty file", "", ["1:1 : A blueprint is a map of keys. [Begin with blueprint: 1.]"]],
	[
		"nothing in it",
		"{}",
		[
			'1:1 blueprint: "blueprint" is missing. [Write blueprint: 1.]',
			'1:1 name: "name" is missing. [Write name: my-range.]',
			'1:1 networks: "networks" is missing. [Write networks: { lan: { subnet: 10.0.1.0/24 } }.]',
			/^1:1 machines: "machines" is missing/,
		],
	],
	["another format", machine().replace("blueprint: 1", "blueprint: 2"), [/^1:12 blueprint: This version knows/]],
	["a name in capitals", machine().replace("name: x", "name: My_Lab"), [/^2:7 name: This is not a valid name/]],
	["no machines", `${top}machines: {}\n`, [/^7:1 machines: A blueprint has at least one machine/]],
	[
		"an unknown key",
		machine("memmory: 1GiB"),
		['9:5 machines.a.memmory: "memmory" is not known here. [Did you mean "memory"?]'],
	],
	[
		"another tool's word",
		machine("env: {}"),
		['9:5 machines.a.env: "env" is not known here. [Did you mean "environment"?]'],
	],
	[
		"a number for a size",
		machine("memory: 512"),
		["9:13 machines.a.memory: A size needs a unit. [Write 512MiB; units are B, KiB, MiB, GiB and TiB.]"],
	],
	[
		"a size in MB",
		machine("memory: 512MB"),
		["9:13 machines.a.memory: This is not a size. [Write 512MiB; units are B, KiB, MiB, GiB and TiB.]"],
	],
	[
		"a size too small to boot",
		machine("memory: 1MiB"),
		["9:13 machines.a.memory: 1MiB of memory is too small: the machine would not start. [Use at least 16MiB.]"],
	],
	[
		"a range too small",
		`${machine()}limits: { memory: 64MiB }\n`,
		[/^11:19 limits.memory: 64MiB is too small for a range/],
	],
	["no CPU", machine("cpus: 0"), [/^9:11 machines.a.cpus: A machine needs at least 0.01/]],
	["a bad hostname", machine("hostname: -web"), [/^9:15 machines.a.hostname: This is not a hostname/]],
	["a reserved hostname", machine("hostname: localhost"), [/^9:15 machines.a.hostname: "localhost" means/]],
	[
		"template and image",
		machine("template: redis"),
		['11:5 machines.a.image: "a" has both template and image. [Keep exactly one of them.]'],
	],
	[
		"no source",
		machine().replace("    image: x\n", ""),
		['8:3 machines.a: "a" has no source. [Write one of template, snapshot and image.]'],
	],
	[
		"an unknown template",
		machine().replace("image: x", "template: debian-wbe"),
		['10:15 machines.a.template: The library has no template "debian-wbe". [Did you mean "debian-web"?]'],
	],
	[
		"an unknown snapshot",
		machine().replace("image: x", "snapshot: s"),
		[
			'10:15 machines.a.snapshot: The library has no snapshot "s". [The library has no snapshots yet; use template or image.]',
		],
	],
	[
		"a bad image",
		machine().replace("image: x", "image: Nginx"),
		['10:12 machines.a.image: "Nginx" is not the name of an image. [Write nginx.]'],
	],
	[
		"a command for a VM",
		machine("provider: libvirt\n    command: [sleep]"),
		[/^10:5 machines.a.command: "a" is a virtual machine and boots what is on its disk/],
	],
	[
		"a provider that no range has",
		machine("provider: vagrant"),
		[/^9:15 machines.a.provider: Vagrant machines cannot run in a range. \[Import the box as a disk/],
	],
	[
		"a router's image",
		`${machine()}router: { image: Router }\n`,
		[/^11:18 router.image: "Router" is not the name of an image. \[Write router.\]/],
	],
	[
		"a router without a network to route",
		"blueprint: 1\nname: a\nnetworks:\n  v: { subnet: 10.0.1.0/24, isolated: true }\nrouter: { image: r:1 }\nmachines:\n  m: { image: i, nics: [{ network: v }] }\n",
		[/^5:1 router: The router has no address on any network: all of them are isolated/],
	],
	[
		"a machine that has the router's name",
		"blueprint: 1\nname: a\nnetworks:\n  v: { subnet: 10.0.1.0/24 }\nrouter: { image: r:1 }\nmachines:\n  router: { image: i, nics: [{ network: v }] }\n",
		[/^7:3 machines.router: A machine cannot be called "router" beside the key router/],
	],
	[
		"a machine that has the router's MAC",
		'blueprint: 1\nname: a\nnetworks:\n  v: { subnet: 10.0.1.0/24 }\nrouter: { image: r:1 }\nmachines:\n  m: { image: i, nics: [{ network: v, mac: "02:42:0a:00:01:01" }] }\n',
		[/^7:44 machines.m.nics.0.mac: The MAC 02:42:0a:00:01:01 is the one that the router has on "v"/],
	],
	[
		"a variable's name",
		machine("environment: { 1A: x }"),
		[/^9:20 machines.a.environment.1A: This is not a name of a variable/],
	],
	[
		"a variable without a value",
		machine("environment: { A: }"),
		[/^9:20 machines.a.environment.A: A value is missing/],
	],
	[
		"an engine's label",
		machine("labels: { io.homerange.range: y }"),
		[/^9:15 machines.a.labels.io.homerange.range: Labels that begin with "io.homerange."/],
	],
	["a command in one string", machine("command: sleep 1"), [/^9:14 machines.a.command: A command is a list of words/]],
	[
		"a relative file",
		machine("files: [{ path: etc/motd, content: a }]"),
		['9:21 machines.a.files.0.path: "etc/motd" is not an absolute path. [Write /etc/motd.]'],
	],
	[
		"a file with ..",
		machine("files: [{ path: /a/../b, content: a }]"),
		[/^9:21 machines.a.files.0.path: .* is not the plain path/],
	],
	[
		"a file in /proc",
		machine("files: [{ path: /proc/x, content: a }]"),
		[/^9:21 machines.a.files.0.path: A file cannot be put into \/proc/],
	],
	[
		"a source outside",
		machine("files: [{ path: /x, source: ../../etc/shadow }]"),
		[/^9:33 machines.a.files.0.source: .* does not name a file beside/],
	],
	[
		"content and source",
		machine("files: [{ path: /x, source: y, content: z }]"),
		[/^9:25 machines.a.files.0.source: This file has both/],
	],
	[
		"a bare mode",
		machine("files: [{ path: /x, content: z, mode: 0644 }]"),
		[/^9:43 machines.a.files.0.mode: A file mode is text/],
	],
	[
		"two probes",
		machine("ready: { tcp: 80, log: x }"),
		[/^9:23 machines.a.ready.log: This probe has both tcp and log/],
	],
	["no probe", machine("ready: { timeout: 1s }"), [/^9:5 machines.a.ready: This probe does not say what to probe/]],
	[
		"a URL as probe",
		machine("ready: { http: 'http://x/' }"),
		[/^9:20 machines.a.ready.http: .* is not a port and a path/],
	],
	["a bad pattern", machine("ready: { log: '(' }"), [/^9:19 machines.a.ready.log: This is not a regular expression/]],
	[
		"a bad timeout",
		machine("ready: { tcp: 1, timeout: 1h }"),
		["9:31 machines.a.ready.timeout: This is not a duration. [Write 500ms, 60s or 5m.]"],
	],
	["a port too high", machine("console: { vnc: 65536 }"), [/^9:21 machines.a.console.vnc: Ports end with 65535/]],
	["an unknown dependency", machine("depends_on: [b]"), [/^9:18 machines.a.depends_on.0: There is no machine "b"/]],
	[
		"a dependency on itself",
		machine("depends_on: { a: ready }"),
		['9:19 machines.a.depends_on.a: "a" depends on itself. [Leave this out.]'],
	],
	[
		"an unknown condition",
		machine("depends_on: { b: up }"),
		[/^9:22 machines.a.depends_on.b: This must be started or ready/],
	],
	[
		"a circle",
		`${top}machines:\n  a: { image: x, nics: [{ network: lan }], depends_on: [b] }\n  b: { image: x, nics: [{ network: lan }], depends_on: [c] }\n  c: { image: x, nics: [{ network: lan }], depends_on: [a] }\n`,
		[
			"10:57 machines.c.depends_on.0: Machines wait for each other in a circle: a -> b -> c -> a. [Leave out one of these dependencies.]",
		],
	],
	["no network card", nics(""), [/^8:18 machines.a.nics: A machine has at least one network card/]],
	[
		"an unknown network",
		nics("{ network: lna }"),
		['8:36 machines.a.nics.0.network: There is no network "lna". [Did you mean "lan"?]'],
	],
	[
		"two cards on one network",
		nics("{ network: lan }, { network: lan }"),
		[/^8:54 machines.a.nics.1.network: "a" has two network cards on "lan"/],
	],
	[
		"two default routes",
		nics("{ network: lan, default: true }, { network: dmz, default: true }"),
		[/^8:83 machines.a.nics.1.default: "a" has two default routes/],
	],
	[
		"an address outside",
		nics("{ network: lan, ip: 10.0.2.9 }"),
		[/^8:45 machines.a.nics.0.ip: The address 10.0.2.9 lies outside 10.0.1.0\/24, the subnet of "lan"/],
	],
	[
		"the gateway",
		nics("{ network: lan, ip: 10.0.1.1 }"),
		[
			'8:45 machines.a.nics.0.ip: 10.0.1.1 is the gateway of "lan". [Use an address between 10.0.1.1 and 10.0.1.254, or leave out ip.]',
		],
	],
	["the network address", nics("{ network: lan, ip: 10.0.1.0 }"), [/is the network address of "lan"/]],
	["the broadcast address", nics("{ network: lan, ip: 10.0.1.255 }"), [/is the broadcast address of "lan"/]],
	["no address", nics("{ network: lan, ip: 10.0.1.256 }"), [/"10.0.1.256" is not an IPv4 address/]],
	["a multicast MAC", nics('{ network: lan, mac: "01:00:5e:00:00:01" }'), [/multicast MAC/]],
	["a MAC with hyphens", nics("{ network: lan, mac: 02-42-0a-00-01-0a }"), [/This is not a MAC/]],
	[
		"an address twice",
		`${top}machines:\n  a: { image: x, nics: [{ network: lan, ip: 10.0.1.9 }] }\n  b: { image: x, nics: [{ network: lan, ip: 10.0.1.9 }] }\n`,
		[
			'9:45 machines.b.nics.0.ip: The address 10.0.1.9 is taken by "a" already. [Give each machine its own, or leave out ip for the next free one.]',
		],
	],
	[
		"a MAC twice",
		`${top}machines:\n  a: { image: x, nics: [{ network: lan, mac: "02:00:00:00:00:01" }] }\n  b: { image: x, nics: [{ network: dmz, mac: "02:00:00:00:00:01" }] }\n`,
		[/^9:46 machines.b.nics.0.mac: The MAC 02:00:00:00:00:01 is taken by "a" already/],
	],
	[
		"a MAC that another has by default",
		`${top}machines:\n  a: { image: x, nics: [{ network: lan, ip: 10.0.1.9 }] }\n  b: { image: x, nics: [{ network: lan, mac: "02:42:0a:00:01:09" }] }\n`,
		[/^9:46 machines.b.nics.0.mac: The MAC 02:42:0a:00:01:09 is the one that "a" has by default/],
	],
	[
		"a subnet's host bits",
		networks("{ subnet: 10.0.1.5/24 }"),
		[
			'4:18 networks.lan.subnet: "10.0.1.5/24" names an address inside the subnet, not the subnet. [Write 10.0.1.0/24.]',
		],
	],
	[
		"a subnet too small",
		networks("{ subnet: 10.0.1.0/30 }"),
		[/A subnet of \/30 is too small. \[Use a length from \/8 to \/29/],
	],
	["a subnet too large", networks("{ subnet: 8.0.0.0/7 }"), [/A subnet of \/7 is too large/]],
	[
		"a loopback subnet",
		networks("{ subnet: 127.0.1.0/24 }"),
		[/cannot be used: 127.0.0.0\/8 is every machine's own loopback/],
	],
	["a multicast subnet", networks("{ subnet: 224.0.1.0/24 }"), [/224.0.0.0\/4 is multicast/]],
	["a link-local subnet", networks("{ subnet: 169.254.0.0/16 }"), [/link-local/]],
	[
		"the engine's own subnet",
		networks("{ subnet: 198.18.0.0/16 }"),
		[/198.18.255.0\/24 is what the range's own engine uses/],
	],
	["an IPv6 subnet", networks('{ subnet: "fd00::/64" }'), [/This is not an IPv4 subnet/]],
	[
		"a gateway outside",
		networks("{ subnet: 10.0.1.0/24, gateway: 10.0.2.1 }"),
		[/^4:40 networks.lan.gateway: The gateway 10.0.2.1 lies outside the subnet/],
	],
	[
		"a gateway that is the broadcast address",
		networks("{ subnet: 10.0.1.0/24, gateway: 10.0.1.255 }"),
		[/is the broadcast address/],
	],
	[
		"isolated and internet",
		networks("{ subnet: 10.0.1.0/24, isolated: true, internet: true }"),
		[/both isolated and open to the internet/],
	],
	[
		"overlapping subnets",
		`${top.replace("10.0.2.0/24", "10.0.1.128/25")}machines:\n  a: { image: x, nics: [{ network: lan }] }\n`,
		[
			'5:18 networks.dmz.subnet: The subnet 10.0.1.128/25 of "dmz" overlaps 10.0.1.0/24 of "lan". [Give every network of a blueprint a subnet of its own.]',
		],
	],
	[
		"a full subnet",
		`blueprint: 1\nname: x\nnetworks: { lan: { subnet: 10.0.1.0/29 } }\nmachines:\n${["a", "b", "c", "d", "e", "f"].map((n) => `  ${n}: { image: x, nics: [{ network: lan }] }\n`).join("")}`,
		[
			'10:25 machines.f.nics.0: The network "lan" has no free address left for "f". [Give it a larger subnet than 10.0.1.0/29.]',
		],
	],
	[
		"a route to nowhere",
		routes("{ from: lan, to: dzm }"),
		['8:22 routes.0.to: There is no network "dzm". [Did you mean "dmz"?]'],
	],
	[
		"a route to an isolated network",
		routes("{ from: lan, to: vault }"),
		[/^8:22 routes.0.to: The network "vault" is isolated/],
	],
	["a route to itself", routes("{ from: lan, to: lan }"), [/^8:22 routes.0.to: This route leads from "lan" to itself/]],
	[
		"a port without a protocol",
		routes("{ from: lan, to: dmz, ports: [80] }"),
		['8:35 routes.0.ports.0: "80" is not a port of a route. [Write 80/tcp or 80/udp.]'],
	],
	["a bad port", routes("{ from: lan, to: dmz, ports: [99999/tcp] }"), [/"99999\/tcp" is not a port of a route/]],
	["an empty list of ports", routes("{ from: lan, to: dmz, ports: [] }"), [/The list of ports is empty/]],
	["a list for a map", `${top}machines: []\n`, [/^7:1 machines: This must be a map, but it is a list/]],
];

describe("messages", () => {
	test.each(table)("%s", (_what, text, expected) => {
		const errors = errorsOf(text);
		for (const [index, wanted] of expected.entries()) {
			if (typeof wanted === "string") expect(errors[index]).toBe(wanted);
			else expect(errors[index]).toMatch(wanted);
		}
		expect(errors).toHaveLength(expected.length);
	});
	test("the frame of these documents is itself valid", () => {
		for (const text of [
			machine(),
			nics("{ network: lan }"),
			networks("{ subnet: 10.9.0.0/16 }"),
			routes("{ from: lan, to: dmz }"),
		]) {
			expect(errorsOf(text)).toEqual([]);
		}
	});
});

describe("what would weaken the range is refused with the reason", () => {
	test.each([
		["privileged: true", "the rights of the engine that runs it"],
		["volumes: [/:/host]", "files or sockets of the host"],
		["binds: [/var/run/docker.sock:/var/run/docker.sock]", "files or sockets of the host"],
		["devices: [/dev/kvm]", "a device of the host"],
		["cap_add: [SYS_ADMIN]", "kernel rights"],
		["capAdd: [SYS_ADMIN]", "kernel rights"],
		["security_opt: [seccomp=unconfined]", "kernel rights"],
		["network_mode: host", "outside the range's networks"],
		["pid: host", "a namespace outside its own"],
		["ipc: host", "a namespace outside its own"],
		["userns_mode: host", "a namespace outside its own"],
		["cgroup_parent: /", "a namespace outside its own"],
		["sysctls: { net.ipv4.ip_forward: 1 }", "settings of the kernel"],
		["ulimits: { nofile: 1 }", "settings of the kernel"],
		["runtime: runc", "how its machines are run"],
		["ports: [80:80]", "opened on the host"],
		["HostConfig: {}", "undo the range's isolation"],
	])("%s", (line, reason) => {
		const [error, ...more] = errorsOf(machine(line));
		expect(error).toMatch(/^9:5 machines\.a\..* is refused: /);
		expect(error).toContain(reason);
		expect(more).toEqual([]);
	});
	test("options of a network's driver", () => {
		expect(errorsOf(networks("{ subnet: 10.0.1.0/24, driver_opts: {} }"))[0]).toContain("is refused");
	});
});

test("all errors come at once, those of meaning too, in the order of the text", () => {
	const text = `blueprint: 1
name: x
networks:
  lan: { subnet: 10.0.1.0/24, internt: true }
machines:
  a:
    image: x
    privileged: true
    nics: [{ network: lan, ip: 10.0.1.1 }]
  b:
    memory: huge
    template: nothing
    nics: [{ network: lan, ip: 10.0.1.7 }, { network: lam }]
  c:
    image: x
    nics: [{ network: lan, ip: 10.0.1.7 }]
    depends_on: [d]
`;
	expect(errorsOf(text).map((error) => error.split(": ", 1)[0])).toEqual([
		"4:31 networks.lan.internt",
		"8:5 machines.a.privileged",
		"9:32 machines.a.nics.0.ip",
		"11:13 machines.b.memory",
		"12:15 machines.b.template",
		"13:55 machines.b.nics.1.network",
		"16:32 machines.c.nics.0.ip",
		"17:18 machines.c.depends_on.0",
	]);
});

test("messages hold no control characters and stay short, whatever they quote", () => {
	const errors = errorsOf(machine(`template: "\\e[31m\\u202E${"long".repeat(1000)}"`));
	expect(errors.join("")).not.toMatch(/[\p{Cc}\u202E]/u);
	expect(errors.every((error) => error.length < 1500)).toBe(true);
});
