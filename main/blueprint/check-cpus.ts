import type { Issues } from "./issues.ts";
import type { ResolvedBlueprint } from "./resolved.ts";

/** A machine may ask for more CPUs than its range has: told, because such a range still deploys. */
export function warnOfCpus(issues: Issues, { machines, limits }: ResolvedBlueprint): void {
	for (const { name, cpus } of machines) {
		if (cpus === null || cpus <= limits.cpus) continue;
		issues.warning(
			["machines", name, "cpus"],
			`"${name}" asks for ${cpus} CPUs, the whole range has ${limits.cpus}.`,
			"Raise limits.cpus, or give the machine less.",
		);
	}
}
