import { HomerangeError } from "../../contract/errors.ts";
import type { Dind } from "../dind/dind.ts";
import { printable } from "../docker/api-errors.ts";
import type { DockerEngine } from "../docker/engine.ts";
import { runExec } from "../docker/exec.ts";
import { compileRules } from "./compile-rules.ts";
import type { FilterSpec } from "./filter-spec.ts";
import { applyScript, fingerprintScript } from "./scripts.ts";

export interface AppliedRules {
	/** What `readRules` gives as long as nobody touches the rules. */
	fingerprint: string;
	/** Where names are resolved for networks with internet; null: nowhere, or no network has internet. */
	resolver: string | null;
}

type Place = Pick<Dind, "container" | "profile" | "enterNetns">;

/**
 * Puts the range's whole filter in place, each table in one step: there is no moment without rules. Idempotent.
 * Apply it before the first network exists; it names bridges that are still to come. ENGINE_REFUSED when the
 * kernel or the image cannot filter.
 */
export async function applyRules(
	host: DockerEngine,
	dind: Place,
	spec: FilterSpec,
	signal?: AbortSignal,
): Promise<AppliedRules> {
	const outer = spec.outerInterface ?? dind.profile.outerInterface;
	const { v4, v6 } = compileRules({ ...spec, outerInterface: outer });
	const entrances =
		spec.routerLink === undefined
			? spec.networks.filter(({ internet }) => internet).map(({ bridge }) => bridge)
			: [spec.routerLink];
	const output = await runInNetns(
		host,
		dind,
		applyScript,
		[dind.profile.name, outer, ...entrances],
		`${v4}#v6\n${v6}`,
		signal,
	);
	const resolver = /^resolver (\S+)$/m.exec(output)?.[1] ?? null;
	return { fingerprint: fingerprintIn(output), resolver };
}

/** Fingerprint of the rules that are in force now; differs from the applied one when someone changed or flushed them. */
export async function readRules(
	host: DockerEngine,
	place: Pick<Place, "container" | "enterNetns">,
	signal?: AbortSignal,
): Promise<string> {
	return fingerprintIn(await runInNetns(host, place, fingerprintScript, [], undefined, signal));
}

async function runInNetns(
	host: DockerEngine,
	dind: Pick<Place, "container" | "enterNetns">,
	script: string,
	values: string[],
	input: string | undefined,
	signal?: AbortSignal,
): Promise<string> {
	const command = dind.enterNetns(["sh", "-c", script, "homerange-filter", ...values]);
	const request = { command, limitMs: 30_000, ...(input === undefined ? {} : { input }) };
	const { exitCode, stdout, stderr } = await runExec(host, dind.container, request, signal);
	if (exitCode === 0) return stdout;
	throw new HomerangeError(
		"ENGINE_REFUSED",
		"The range's filter rules could not be applied, so nothing in it may start.",
		{
			place: dind.container,
			remedy: "The engine's kernel needs the netfilter tables filter and nat, and connection tracking.",
			detail: printable(stderr || stdout),
		},
	);
}

/** The fingerprint that a script of `scripts.ts` printed. */
export function fingerprintIn(output: string): string {
	const found = /^fingerprint ([0-9a-f]{64})$/m.exec(output)?.[1];
	if (found) return found;
	throw new HomerangeError("ENGINE_REFUSED", "The range's container did not say which filter rules it has.", {
		detail: printable(output),
	});
}
