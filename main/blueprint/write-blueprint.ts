import type { BlueprintFormat } from "./format.ts";
import { formatSize } from "./quantities.ts";
import type { ResolvedBlueprint, ResolvedMachine } from "./resolved.ts";
import { routerName } from "./router-machine.ts";
import { readyDocument } from "./write-template.ts";

/**
 * A resolved blueprint without files as text by which `parseBlueprint` gives the same one again: every default is said. So
 * one that was not resolved here can be held to every rule that a text is held to. It is JSON, which is YAML too.
 */
export function writeBlueprint(blueprint: ResolvedBlueprint): string {
	const { name, title, description, author, tags, networks, routes, router, machines, limits } = blueprint;
	const document: BlueprintFormat = {
		blueprint: 1,
		name,
		...(title === null ? {} : { title }),
		...(description === null ? {} : { description }),
		...(author === null ? {} : { author }),
		tags,
		networks: Object.fromEntries(networks.map(({ name: network, ...rest }) => [network, rest])),
		routes: routes.map(({ from, to, ports }) => ({ from, to, ...(ports.length === 0 ? {} : { ports }) })),
		...(router === null ? {} : { router }),
		machines: Object.fromEntries(
			// The router's machine comes from the key above.
			machines.flatMap((machine) =>
				machine.role === "router" ? [] : [[machine.name, machineDocument(machine, router)]],
			),
		),
		limits: {
			cpus: limits.cpus,
			memory: formatSize(limits.memoryBytes),
			...(limits.diskBytes === null ? {} : { disk: formatSize(limits.diskBytes) }),
		},
	};
	return JSON.stringify(document);
}

function machineDocument(machine: ResolvedMachine, router: ResolvedBlueprint["router"]) {
	const { source, provider, hostname, nics, cpus, memoryBytes, diskBytes, vncPort, serial, dependsOn } = machine;
	return {
		[source.kind]: source.name,
		provider,
		hostname,
		nics: nics.map(({ network, ip, mac, isDefault }) => ({
			network,
			ip,
			mac,
			...(isDefault ? { default: true } : {}),
		})),
		...(cpus === null ? {} : { cpus }),
		...(memoryBytes === null ? {} : { memory: formatSize(memoryBytes) }),
		...(diskBytes === null ? {} : { disk: formatSize(diskBytes) }),
		...(machine.command === null ? {} : { command: machine.command }),
		environment: machine.environment,
		post_boot: machine.postBoot,
		...(machine.ready === null ? {} : { ready: readyDocument(machine.ready) }),
		depends_on: Object.fromEntries(
			dependsOn
				.filter((dependency) => router === null || dependency.machine !== routerName)
				.map(({ machine: on, condition }) => [on, condition]),
		),
		console: { ...(vncPort === null ? {} : { vnc: vncPort }), serial },
		labels: machine.labels,
	};
}
