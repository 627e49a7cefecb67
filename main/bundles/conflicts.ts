import type { BundleConflicts } from "../../contract/bundles.ts";
import { HomerangeError } from "../../contract/errors.ts";
import { blueprintText, loadBlueprint } from "../blueprint/index.ts";
import type { DockerEngine } from "../docker/engine.ts";
import { installedBlueprints } from "../paths.ts";
import type { BundlesDeps, CarriedRangeSnapshot, CarriedSnapshot, Standing } from "./deps.ts";
import { compareInstalled, type InstalledBlueprint } from "./installed-blueprints.ts";
import { standingOf } from "./present-images.ts";
import type { VerifiedBundle } from "./verify-bundle.ts";

/** What of a bundle is brought in. */
export interface Choice {
	/** Images that are not loaded, with the reason. */
	readonly keptImages: ReadonlyMap<string, string>;
	readonly templates: ReadonlySet<string>;
	readonly snapshots: readonly CarriedSnapshot[];
	readonly rangeSnapshots: readonly CarriedRangeSnapshot[];
	readonly blueprints: ReadonlySet<string>;
	/** In words, of the library. */
	readonly summary: string;
}

/** Compares every name of the bundle with what is here. NAME_TAKEN, with all of them, when that is to be refused. */
export async function chooseWhatToBring(
	deps: BundlesDeps,
	host: DockerEngine,
	bundle: VerifiedBundle,
	conflicts: BundleConflicts,
	signal: AbortSignal,
): Promise<Choice> {
	const { library } = deps;
	const taken: string[] = [];
	/** Whether it is brought in. */
	const decide = (standing: Standing, what: string): boolean => {
		if (standing === "different") taken.push(what);
		return standing === "absent" || (standing === "different" && conflicts === "replace");
	};
	const keptImages = new Map<string, string>();
	for (const image of bundle.reader.manifest.images) {
		const standing = await standingOf(host, image, bundle.configs.get(image.id) ?? Buffer.alloc(0), signal);
		if (decide(standing, `the image ${image.reference}`)) continue;
		keptImages.set(
			image.reference,
			standing === "same" ? "It is here already." : "This machine's own image of that name stays.",
		);
	}
	const templates = [...bundle.templates].filter(([name, text]) =>
		decide(library.compareTemplate(name, text), `the template ${name}`),
	);
	const snapshots = bundle.snapshots.filter(({ name, document }) => {
		const isBrought = decide(library.compareSnapshot(document), `the snapshot ${name}`);
		if (isBrought) library.refuseReplacing(document);
		return isBrought;
	});
	const rangeSnapshots = bundle.rangeSnapshots.filter((carried) => {
		const isBrought = decide(library.compareRangeSnapshot(carried), `the snapshot ${carried.name} of a range`);
		if (isBrought) library.refuseReplacingRangeSnapshot(carried);
		return isBrought;
	});
	const blueprints: string[] = [];
	for (const blueprint of bundle.blueprints) {
		if (decide(await standingOfBlueprint(deps, blueprint), `the blueprint ${blueprint.name}`))
			blueprints.push(blueprint.name);
	}
	if (conflicts === "refuse" && taken.length > 0) {
		const more = taken.length > 1 ? ` and ${taken.length - 1} more` : "";
		throw new HomerangeError(
			"NAME_TAKEN",
			`This machine has something else for ${taken[0]}${more}. Nothing was changed.`,
			{
				remedy: "Install with --replace to take the bundle's, or with --keep to keep what is here.",
				place: bundle.reader.file,
				detail: taken.join("\n"),
			},
		);
	}
	const counts = `${blueprints.length} blueprints, ${templates.length} templates, ${snapshots.length} snapshots`;
	const brought = rangeSnapshots.length === 0 ? counts : `${counts}, ${rangeSnapshots.length} snapshots of ranges`;
	return {
		keptImages,
		templates: new Set(templates.map(([name]) => name)),
		snapshots,
		rangeSnapshots,
		blueprints: new Set(blueprints),
		summary: `${brought}.${taken.length > 0 && conflicts === "keep" ? ` Kept: ${taken.join(", ")}.` : ""}`,
	};
}

/** One that ships with the product stays where it is when it is the same, and is shadowed by the bundle's when it is not. */
async function standingOfBlueprint(
	{ dataFolder, blueprintFolders }: BundlesDeps,
	blueprint: InstalledBlueprint,
): Promise<Standing> {
	const installed = await compareInstalled(installedBlueprints(dataFolder), blueprint);
	if (installed !== "absent") return installed;
	try {
		const { text } = await loadBlueprint({ kind: "shipped", name: blueprint.name }, blueprintFolders);
		return blueprint.files.size === 1 && blueprint.files.get(blueprintText)?.toString() === text ? "same" : "different";
	} catch (error) {
		if (error instanceof HomerangeError && error.code === "INPUT_INVALID") return "absent";
		throw error;
	}
}
