import { createHash } from "node:crypto";
import type { Network, Nic, Route } from "../../contract/ranges.ts";
import { formatAddress, formatSubnet } from "./addresses.ts";
import { asWritten, type Check } from "./check.ts";
import { dependenciesOf } from "./check-dependencies.ts";
import type { CheckedNetwork } from "./check-networks.ts";
import { providerOf, sourceOf } from "./check-source.ts";
import type { MachineFormat } from "./format.ts";
import type { Path } from "./issues.ts";
import { defaultLimits } from "./limits.ts";
import { parseMode, parseSize } from "./quantities.ts";
import { readyProbeOf } from "./ready-probe.ts";
import type { ResolvedBlueprint, ResolvedMachine } from "./resolved.ts";
import { routerMachine, routerName } from "./router-machine.ts";

/** What the checks found out on their way. */
export interface Checked {
	readonly networks: ReadonlyMap<string, CheckedNetwork>;
	readonly nics: ReadonlyMap<string, Nic[]>;
}

/** Decides every default of a document that has no errors. Null only when a required part is not there. */
export function resolveBlueprint(check: Check, checked: Checked, text: string): ResolvedBlueprint | null {
	const { draft } = check;
	if (draft.name === undefined) return null;
	const { limits } = draft;
	return {
		name: draft.name,
		title: draft.title ?? null,
		description: draft.description?.trim() ?? null,
		author: draft.author ?? null,
		tags: draft.tags ?? [],
		sha256: createHash("sha256").update(text).digest("hex"),
		networks: resolveNetworks(check, checked),
		routes: resolveRoutes(check),
		router: draft.router ?? null,
		machines: [
			...(draft.router === undefined ? [] : [routerMachine(draft.router.image, resolveNetworks(check, checked))]),
			...Object.entries(draft.machines ?? {}).map(([name, machine]) =>
				resolveMachine(check, name, machine, checked.nics.get(name) ?? []),
			),
		],
		limits: {
			cpus: limits?.cpus ?? defaultLimits.cpus,
			memoryBytes: sizeOf(limits?.memory) ?? defaultLimits.memoryBytes,
			diskBytes: sizeOf(limits?.disk) ?? defaultLimits.diskBytes,
		},
	};
}

function resolveNetworks({ draft }: Check, { networks }: Checked): Network[] {
	return [...networks.values()].map(({ name, subnet, gateway }) => ({
		name,
		subnet: formatSubnet(subnet),
		gateway: formatAddress(gateway),
		internet: draft.networks?.[name]?.internet ?? false,
		isolated: draft.networks?.[name]?.isolated ?? false,
	}));
}

function resolveRoutes({ draft, root }: Check): Route[] {
	return (draft.routes ?? []).map(({ from, to, ports = [] }, index) => ({
		from,
		to,
		ports: ports.map((port, number) => asWritten(root, ["routes", index, "ports", number], port)),
	}));
}

function resolveMachine(check: Check, name: string, machine: MachineFormat, nics: Nic[]): ResolvedMachine {
	const source = sourceOf(check.library, machine);
	const defaults = source?.defaults ?? null;
	const path = ["machines", name];
	return {
		name,
		hostname: machine.hostname ?? name,
		role: "machine",
		provider: providerOf(check.library, machine),
		os: source?.os ?? null,
		...(defaults?.kind === undefined || defaults.kind === "container" ? {} : { kind: defaults.kind }),
		source: source === null ? { kind: "image", name: machine.image ?? "" } : { kind: source.kind, name: source.name },
		image: source?.image ?? machine.image ?? "",
		nics,
		cpus: machine.cpus ?? defaults?.cpus ?? null,
		memoryBytes: sizeOf(machine.memory) ?? defaults?.memoryBytes ?? null,
		diskBytes: sizeOf(machine.disk) ?? defaults?.diskBytes ?? null,
		command:
			machine.command === undefined
				? (defaults?.command ?? null)
				: wordList(check, [...path, "command"], machine.command),
		environment: { ...defaults?.environment, ...wordMap(check, [...path, "environment"], machine.environment) },
		files: (machine.files ?? []).map(({ path: target, content, source: from, mode }) => ({
			path: target,
			mode: parseMode(mode ?? "0644"),
			content: content ?? null,
			source: from ?? null,
		})),
		postBoot: machine.post_boot ?? [],
		ready: readyProbeOf(machine.ready, check.root, [...path, "ready"]) ?? defaults?.readiness ?? null,
		dependsOn: [
			// Without its gateways no machine is where it should be: the router starts first and stops last.
			...(check.draft.router === undefined ? [] : [{ machine: routerName, condition: "started" as const }]),
			...dependenciesOf(name, machine).map(({ machine: on, condition }) => ({ machine: on, condition })),
		],
		vncPort: machine.console?.vnc ?? defaults?.vncPort ?? null,
		serial: machine.console?.serial ?? defaults?.serial ?? false,
		labels: wordMap(check, [...path, "labels"], machine.labels),
	};
}

type Word = string | number | boolean;

function wordList({ root }: Check, path: Path, words: readonly Word[]): string[] {
	return words.map((word, index) => asWritten(root, [...path, index], word));
}

function wordMap({ root }: Check, path: Path, words: Readonly<Record<string, Word>> = {}): Record<string, string> {
	return Object.fromEntries(Object.entries(words).map(([key, word]) => [key, asWritten(root, [...path, key], word)]));
}

function sizeOf(text: string | undefined): number | null {
	return text === undefined ? null : parseSize(text);
}
