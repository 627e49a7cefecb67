import { type Check, writtenKeys } from "./check.ts";
import { sourceOf } from "./check-source.ts";
import type { MachineFormat } from "./format.ts";
import type { Path } from "./issues.ts";
import { nameHint } from "./nearest.ts";
import type { ResolvedDependency } from "./resolved.ts";

interface Dependency extends ResolvedDependency {
	readonly path: Path;
}

/** The dependencies of one machine in one form; a list means started. */
export function dependenciesOf(name: string, { depends_on: written }: MachineFormat): Dependency[] {
	const path = ["machines", name, "depends_on"];
	if (written === undefined) return [];
	if (Array.isArray(written)) {
		return written.map((machine, index) => ({ machine, condition: "started", path: [...path, index] }));
	}
	return Object.entries(written).map(([machine, condition]) => ({ machine, condition, path: [...path, machine] }));
}

/** Checks that dependencies name other machines and do not go in circles. */
export function checkDependencies(check: Check): void {
	const { draft, root, issues, library } = check;
	const machines = draft.machines ?? {};
	const written = writtenKeys(root, ["machines"]);
	const graph = new Map<string, Dependency[]>();
	for (const [name, machine] of Object.entries(machines)) {
		const usable: Dependency[] = [];
		const seen = new Set<string>();
		for (const dependency of dependenciesOf(name, machine)) {
			const { machine: on, path, condition } = dependency;
			const target = machines[on];
			if (on === name) issues.error(path, `"${name}" depends on itself.`, "Leave this out.", "key");
			else if (!written.includes(on)) {
				const others = written.filter((other) => other !== name);
				issues.error(path, `There is no machine "${on}".`, () => nameHint(on, others, "Add it under machines."), "key");
			} else if (seen.has(on)) issues.error(path, `"${name}" depends on "${on}" twice.`, "Keep one of them.");
			else if (target !== undefined) {
				usable.push(dependency);
				const probe = target.ready ?? sourceOf(library, target)?.defaults?.readiness;
				if (condition === "ready" && (probe ?? null) === null) {
					issues.warning(
						path,
						`"${on}" has no readiness probe, so ready means started.`,
						`Give "${on}" a ready: probe.`,
					);
				}
			}
			seen.add(on);
		}
		graph.set(name, usable);
	}
	reportCycles(check, graph);
}

/** Reports each circle once, at the dependency that closes it. */
function reportCycles({ issues }: Check, graph: ReadonlyMap<string, readonly Dependency[]>): void {
	const done = new Set<string>();
	const trail: string[] = [];
	const visit = (name: string): void => {
		trail.push(name);
		for (const { machine, path } of graph.get(name) ?? []) {
			const start = trail.indexOf(machine);
			if (start !== -1) {
				const circle = [...trail.slice(start), machine].join(" -> ");
				issues.error(
					path,
					`Machines wait for each other in a circle: ${circle}.`,
					"Leave out one of these dependencies.",
					"key",
				);
			} else if (!done.has(machine)) visit(machine);
		}
		trail.pop();
		done.add(name);
	};
	for (const name of graph.keys()) if (!done.has(name)) visit(name);
}
