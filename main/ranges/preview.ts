import type { DeployPreview, DeployRequest, PreflightFinding } from "../../contract/blueprints.ts";
import { HomerangeError, toErrorInfo } from "../../contract/errors.ts";
import {
	blueprintInvalid,
	loadBlueprint,
	loadFileSources,
	parseBlueprint,
	type ResolvedBlueprint,
} from "../blueprint/index.ts";
import type { RangesDeps } from "./deps.ts";
import { gatherFacts } from "./gather-facts.ts";
import { planDeploy } from "./planner.ts";
import { type PreflightFacts, preflightFindings } from "./preflight.ts";
import type { ProfileMemory } from "./profile-memory.ts";
import type { RangeRecord } from "./record.ts";
import type { FileSources, RangeStore } from "./store.ts";

/** A request whose blueprint was read, checked and completed. */
export interface PreparedDeploy {
	readonly request: DeployRequest;
	readonly file: string;
	readonly text: string;
	readonly blueprint: ResolvedBlueprint;
	readonly sources: FileSources;
	readonly warnings: DeployPreview["warnings"];
}

const factsLimitMs = 120_000;

/**
 * Reads everything that a deploy needs, so that the files may go away afterwards. Machines that are `present` in a
 * range keep their addresses where the blueprint gives none. Errors: `BLUEPRINT_INVALID`, `INPUT_INVALID`.
 */
export async function prepareDeploy(
	deps: RangesDeps,
	request: DeployRequest,
	present: ResolvedBlueprint["machines"] = [],
): Promise<PreparedDeploy> {
	if (request.source.kind === "range-snapshot") {
		const saved = deps.savedRange(request.source.name);
		return { request, ...saved, sources: new Map(), warnings: [] };
	}
	const { file, text, folder } = await loadBlueprint(request.source, deps.blueprintFolders);
	const { blueprint, errors, warnings } = parseBlueprint(text, file, deps.library, present);
	if (blueprint === null) throw blueprintInvalid(file, errors);
	const sources = await loadFileSources(blueprint, folder);
	return { request, file, text, blueprint, sources, warnings };
}

interface PreflightParts {
	readonly deps: RangesDeps;
	readonly store: RangeStore;
	readonly profiles: ProfileMemory;
}

/**
 * The report on the engine's side of a deploy, or of an update of the range `replaced`, which then does not count
 * among the others. An engine that does not answer is an error in it.
 */
export async function preflight(
	{ deps, store, profiles }: PreflightParts,
	{ blueprint, request }: PreparedDeploy,
	replaced: RangeRecord | null = null,
): Promise<{ findings: PreflightFinding[]; facts: PreflightFacts | null }> {
	try {
		const signal = AbortSignal.timeout(factsLimitMs);
		const host = await deps.host.ready(signal);
		const o = { host, blueprint, copies: request.copies, profile: request.profile };
		const others = store.all().filter(({ id }) => id !== replaced?.id);
		const gathered = await gatherFacts({ deps, profiles, ranges: others }, o, signal);
		const facts = replaced === null ? gathered : factsOfUpdate(gathered, replaced);
		return { findings: preflightFindings(blueprint, facts), facts };
	} catch (error) {
		const { message, remedy, code } = toErrorInfo(error);
		if (code !== "ENGINE_UNREACHABLE") throw error;
		return { findings: [{ severity: "error", subject: "engine", message, remedy }], facts: null };
	}
}

/** A range that runs holds its images and its memory already: only what comes to them counts. */
function factsOfUpdate(facts: PreflightFacts, { machines, profileReason }: RangeRecord): PreflightFacts {
	const held = new Set(machines.filter(({ engineId }) => engineId !== null).map(({ spec }) => spec.image));
	return {
		...facts,
		images: facts.images.filter(({ image }) => !held.has(image)),
		memoryAvailableBytes: null,
		profile: facts.profile && { ...facts.profile, reason: profileReason ?? facts.profile.reason },
	};
}

/** What the deploy would make, and what stands in its way. */
export async function previewDeploy(parts: PreflightParts, prepared: PreparedDeploy): Promise<DeployPreview> {
	const { blueprint, warnings } = prepared;
	const { findings, facts } = await preflight(parts, prepared);
	const { name, findings: nameFindings } = nameOf(parts.store, prepared);
	const sizes = new Map(
		[...(facts?.images ?? []), ...(facts?.vms?.disks ?? [])].map((image) => [image.image, image.sizeBytes]),
	);
	return {
		rangeName: name,
		blueprint: {
			name: blueprint.name,
			title: blueprint.title,
			description: blueprint.description,
			sha256: blueprint.sha256,
		},
		networks: blueprint.networks.map(({ name: network, subnet, gateway, internet, isolated }) => ({
			name: network,
			subnet,
			gateway,
			internet,
			isolated,
		})),
		routes: blueprint.routes,
		machines: blueprint.machines.map((machine) => ({
			name: machine.name,
			provider: machine.provider,
			source: machine.source,
			image: machine.image,
			nics: machine.nics,
			memoryBytes: machine.memoryBytes,
			cpus: machine.cpus,
			dependsOn: machine.dependsOn.map((dependency) => dependency.machine),
		})),
		limits: blueprint.limits,
		images: [...new Set(blueprint.machines.map((machine) => machine.image))].map((image) => {
			const sizeBytes = sizes.get(image) ?? null;
			return { image, present: sizeBytes !== null, sizeBytes };
		}),
		findings: [...nameFindings, ...findings],
		warnings,
		steps: planDeploy(blueprint).map(({ id, title, after }) => ({ id, title, after: [...after] })),
	};
}

function nameOf(
	store: RangeStore,
	{ blueprint, request }: PreparedDeploy,
): { name: string; findings: PreflightFinding[] } {
	try {
		return { name: store.nextName(blueprint.name, request.name ?? null), findings: [] };
	} catch (error) {
		if (!(error instanceof HomerangeError) || error.code !== "NAME_TAKEN") throw error;
		const { message, remedy } = error;
		return {
			name: request.name ?? blueprint.name,
			findings: [{ severity: "error", subject: "name", message, remedy }],
		};
	}
}

/** The error for a deploy that must not begin; null when nothing stands in its way. */
export function preflightError(findings: readonly PreflightFinding[]): HomerangeError | null {
	const errors = findings.filter((finding) => finding.severity === "error");
	const first = errors[0];
	if (first === undefined) return null;
	return new HomerangeError(first.subject === "engine" ? "ENGINE_UNREACHABLE" : "PREFLIGHT_FAILED", first.message, {
		remedy: first.remedy,
		detail: errors.map(({ subject, message }) => `${subject}: ${message}`).join("\n"),
	});
}
