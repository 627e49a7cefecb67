import { posix } from "node:path";
import { HomerangeError } from "../../contract/errors.ts";
import type { Settings } from "../../contract/settings.ts";
import {
	type BlueprintFolders,
	blueprintInvalid,
	blueprintText,
	type LoadableSource,
	loadBlueprint,
	loadFileSources,
	parseBlueprint,
	type ResolvedBlueprint,
	type ResolvedMachine,
	type TemplateLookup,
} from "../blueprint/index.ts";
import { imageForProfile, resolveDindImage } from "../dind/index.ts";
import type { DockerEngine } from "../docker/engine.ts";
import { imageReference } from "../docker/image-inspect.ts";
import { sha256 } from "./bundle-writer.ts";
import { type BundledBlueprint, names } from "./format.ts";

/** Blueprints as entries of a bundle, and what they need. */
export interface GatheredBlueprints {
	readonly blueprints: readonly BundledBlueprint[];
	readonly entries: ReadonlyMap<string, Buffer>;
	/** Of their machines and routers, each once. */
	readonly images: readonly string[];
	readonly templates: readonly string[];
	readonly snapshots: readonly string[];
}

/**
 * Reads the blueprints with everything that they name. Errors: `BLUEPRINT_INVALID`, `INPUT_INVALID`, and `UNSUPPORTED`
 * for machines whose images a bundle cannot hold.
 */
export async function gatherBlueprints(
	sources: readonly LoadableSource[],
	blueprintFolders: BlueprintFolders,
	lookup: TemplateLookup,
): Promise<GatheredBlueprints> {
	const blueprints = new Map<string, { text: string; bundled: BundledBlueprint }>();
	const entries = new Map<string, Buffer>();
	const machines: ResolvedBlueprint["machines"] = [];
	for (const source of sources) {
		const { file, text, folder } = await loadBlueprint(source, blueprintFolders);
		const { blueprint, errors } = parseBlueprint(text, file, lookup);
		if (blueprint === null) throw blueprintInvalid(file, errors);
		const { name } = blueprint;
		const other = blueprints.get(name);
		if (other !== undefined && other.text !== text) {
			throw new HomerangeError("INPUT_INVALID", `Two of these blueprints are called ${name}, and they differ.`, {
				place: file,
				remedy: "Give one of them another name, or make two bundles.",
			});
		}
		const files = filesOf(await loadFileSources(blueprint, folder), file);
		for (const [digest, content] of files.contents) entries.set(names.source(digest), content);
		entries.set(names.blueprint(name), Buffer.from(text));
		machines.push(...blueprint.machines);
		const bundled = {
			name,
			title: blueprint.title ?? name,
			machines: blueprint.machines.length,
			networks: blueprint.networks.length,
			files: files.list,
		};
		blueprints.set(name, { text, bundled });
	}
	for (const machine of machines) refuseUnsupported(machine);
	const startsFrom = (kind: "template" | "snapshot") =>
		sorted(machines.flatMap(({ source }) => (source.kind === kind ? source.name : [])));
	return {
		blueprints: [...blueprints.values()].map(({ bundled }) => bundled).sort((a, b) => (a.name < b.name ? -1 : 1)),
		entries,
		images: sorted(machines.map(({ image }) => imageReference(image))),
		templates: startsFrom("template"),
		snapshots: startsFrom("snapshot"),
	};
}

function filesOf(sources: ReadonlyMap<string, Buffer>, file: string) {
	const list = new Map<string, BundledBlueprint["files"][number]>();
	const contents = new Map<string, Buffer>();
	for (const [source, content] of sources) {
		const path = posix.normalize(source);
		if (path.toLowerCase() === blueprintText) {
			throw new HomerangeError("INPUT_INVALID", `A file beside the blueprint is called ${path}.`, {
				place: file,
				remedy: `Rename it: an installed blueprint's own text is called ${blueprintText}.`,
			});
		}
		const digest = sha256(content);
		list.set(path, { path, sha256: digest });
		contents.set(digest, content);
	}
	return { list: [...list.values()].sort((a, b) => (a.path < b.path ? -1 : 1)), contents };
}

/** Errors: `UNSUPPORTED`. A VM's disk is a file of the library's pool, and a bundle carries images of containers only. */
export function refuseUnsupported({ name, provider, image }: ResolvedMachine): void {
	if (provider !== "docker") {
		throw new HomerangeError("UNSUPPORTED", `A bundle holds containers, and the machine ${name} is none.`, {
			remedy: "Make the bundle of ranges whose machines are containers.",
			place: name,
		});
	}
	if (!image.includes("@")) return;
	throw new HomerangeError(
		"UNSUPPORTED",
		`The machine ${name} names its image by a digest, which an image that is loaded does not have.`,
		{ remedy: `Tag it (docker tag ${image} NAME:TAG), and name the tag in the blueprint.`, place: name },
	);
}

export interface DindImages {
	/** The setting under which the other machine finds them. */
	readonly setting: string;
	readonly images: readonly string[];
	/** Why a profile has none; null when each has one. */
	readonly note: string | null;
}

/** The images that ranges run in, for each profile that the settings allow. Errors: `IMAGE_UNAVAILABLE` when there is none. */
export async function gatherDindImages(
	host: DockerEngine,
	{ dindImage, isolation }: Settings,
	signal: AbortSignal,
): Promise<DindImages> {
	const profiles = isolation === "auto" ? (["privileged", "unprivileged"] as const) : [isolation];
	const found = new Set<string>();
	let setting = dindImage;
	let refusal: unknown = null;
	for (const profile of profiles) {
		const wanted = imageForProfile(dindImage, profile);
		if (found.has(imageReference(wanted))) continue;
		try {
			const { image } = await resolveDindImage(host, wanted, { signal });
			if (image !== wanted) setting = image;
			found.add(imageReference(image));
		} catch (error) {
			if (!(error instanceof HomerangeError) || error.code !== "IMAGE_UNAVAILABLE") throw error;
			refusal = error;
		}
	}
	if (found.size === 0) throw refusal;
	const note = refusal instanceof HomerangeError ? refusal.message : null;
	return { setting: imageReference(setting), images: [...found].sort(), note };
}

const sorted = (values: readonly string[]): string[] => [...new Set(values)].sort();
