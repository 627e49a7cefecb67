import type { BlueprintIssue } from "../../contract/blueprints.ts";
import { type Check, writtenKeys } from "./check.ts";
import { warnOfCpus } from "./check-cpus.ts";
import { checkDependencies } from "./check-dependencies.ts";
import { checkMachines } from "./check-machines.ts";
import { checkNetworks } from "./check-networks.ts";
import { checkNics } from "./check-nics.ts";
import { checkRouter } from "./check-router.ts";
import { checkRoutes } from "./check-routes.ts";
import { readDraft } from "./draft.ts";
import { Issues } from "./issues.ts";
import { formatLimits } from "./limits.ts";
import type { Place } from "./place.ts";
import { readYaml } from "./read-yaml.ts";
import { resolveBlueprint } from "./resolve.ts";
import type { ResolvedBlueprint } from "./resolved.ts";
import type { TemplateLookup } from "./template-lookup.ts";

export interface ParsedBlueprint {
	/** Null when there are errors. */
	readonly blueprint: ResolvedBlueprint | null;
	readonly errors: BlueprintIssue[];
	readonly warnings: BlueprintIssue[];
}

/**
 * Reads, checks and resolves a blueprint. Pure: no file, no engine, never throws for
 * what the text holds. All errors come at once, each with its place; `file` is only
 * the name that they carry. With the machines of a range that exists, cards without
 * an address keep the one that they have there.
 */
export function parseBlueprint(
	text: string,
	file: string,
	library: TemplateLookup,
	present: ResolvedBlueprint["machines"] = [],
): ParsedBlueprint {
	const content = text.replace(/^\uFEFF/, "");
	const issues = new Issues(file, content);
	const addresses = new Map(present.map(({ name, nics }) => [name, new Map(nics.map((nic) => [nic.network, nic.ip]))]));
	const presentAddress: Check["presentAddress"] = (machine, network) => addresses.get(machine)?.get(network) ?? null;
	const blueprint = parse(content, { issues, library, presentAddress }, text);
	return { blueprint: issues.hasErrors ? null : blueprint, ...issues.finish() };
}

function parse(content: string, given: Omit<Check, "draft" | "root">, text: string): ResolvedBlueprint | null {
	const { issues } = given;
	const read = readYaml(content, issues);
	if (read === null) return null;
	const root = read.place;
	issues.setRoot(root);
	if (root.kind !== "map") {
		issues.error([], "A blueprint is a map of keys.", "Begin with blueprint: 1.");
		return null;
	}
	if (!hasPossibleCounts(root, issues)) return null;
	const draft = readDraft(read, issues);
	if (draft === null) return null;
	const check: Check = { draft, root, ...given };
	const networks = checkNetworks(check);
	const nics = checkNics(check, networks);
	checkRoutes(check);
	checkMachines(check);
	checkDependencies(check);
	checkRouter(check, networks, nics);
	warnOfIgnoredNames(root, issues);
	if (issues.hasErrors) return null;
	const resolved = resolveBlueprint(check, { networks, nics }, text);
	if (resolved !== null) warnOfCpus(issues, resolved);
	return resolved;
}

/** The checks of meaning compare everything with everything, so the numbers are bounded first. */
function hasPossibleCounts(root: Place, issues: Issues): boolean {
	for (const key of ["networks", "machines"] as const) {
		const count = writtenKeys(root, [key]).length;
		if (count <= formatLimits[key]) continue;
		issues.error([key], `A blueprint has at most ${formatLimits[key]} ${key}, this has ${count}.`);
	}
	return !issues.hasErrors;
}

/** A machine called x-ray would silently not exist, so say it where names are the author's choice. */
function warnOfIgnoredNames(root: Place, issues: Issues): void {
	for (const [key, what] of [
		["networks", "network"],
		["machines", "machine"],
	] as const) {
		for (const name of root.children.get(key)?.ignored ?? []) {
			issues.warning([key], `"${name}" is no ${what}: everything under a key that begins with x- is ignored.`);
		}
	}
}
