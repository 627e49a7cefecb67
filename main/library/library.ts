import type { BlueprintSource, ShippedBlueprint, Validation } from "../../contract/blueprints.ts";
import { HomerangeError } from "../../contract/errors.ts";
import {
	type BlueprintFolders,
	type LoadableSource,
	listShippedBlueprints,
	loadBlueprint,
	loadFileSources,
	loadTemplates,
	type MachineTemplate,
	parseBlueprint,
	type SnapshotSource,
	type TemplateLookup,
} from "../blueprint/index.ts";
import type { ResourcePaths } from "../paths.ts";

/** What a data folder adds to what ships with the product. It is asked at each look-up, so it is never out of date. */
export interface OwnContent {
	/** Folder of the blueprints that bundles brought. */
	readonly blueprints: string;
	readonly templates: ReadonlyMap<string, MachineTemplate>;
	snapshot(name: string): SnapshotSource | null;
	snapshotNames(): readonly string[];
	/** The blueprint in a range's snapshot. Errors: `SNAPSHOT_NOT_FOUND`. */
	rangeSnapshot(name: string): { file: string; text: string };
}

/** What machines start from and what can be deployed. */
export interface Library {
	/** The templates that ship with the product. */
	readonly shippedTemplates: readonly MachineTemplate[];
	readonly lookup: TemplateLookup;
	/** A bundle's blueprint comes before one of its name that ships with the product: it was brought in on purpose. */
	readonly blueprintFolders: BlueprintFolders;
	shipped(): Promise<ShippedBlueprint[]>;
	read(source: BlueprintSource): Promise<{ file: string; text: string }>;
	/** Everything that is wrong with a blueprint, also when it cannot even be read. */
	validate(source: BlueprintSource): Promise<Validation>;
}

export async function openLibrary(resources: ResourcePaths, own: OwnContent): Promise<Library> {
	const shippedTemplates = await loadTemplates(resources.templates);
	const lookup = liveLookup(shippedTemplates, own);
	const blueprintFolders = [own.blueprints, resources.blueprints];
	return {
		shippedTemplates,
		lookup,
		blueprintFolders,
		shipped: () => listShippedBlueprints(blueprintFolders, lookup),
		async read(source) {
			if (source.kind === "range-snapshot") return own.rangeSnapshot(source.name);
			const { file, text } = await loadBlueprint(source, blueprintFolders);
			return { file, text };
		},
		async validate(source) {
			if (source.kind === "range-snapshot") {
				// It was valid when it was deployed, and it is kept as it was resolved then.
				own.rangeSnapshot(source.name);
				return { valid: true, errors: [], warnings: [] };
			}
			try {
				const { file, text, folder } = await loadBlueprint(source, blueprintFolders);
				const { blueprint, errors, warnings } = parseBlueprint(text, file, lookup);
				if (blueprint !== null) await loadFileSources(blueprint, folder);
				return { valid: blueprint !== null, errors, warnings };
			} catch (error) {
				if (!(error instanceof HomerangeError) || error.code !== "INPUT_INVALID") throw error;
				return { valid: false, errors: [unreadable(source, error)], warnings: [] };
			}
		},
	};
}

/** Finds a person's own templates before the shipped ones of the same name. */
function liveLookup(shipped: readonly MachineTemplate[], own: OwnContent): TemplateLookup {
	const shippedOf = new Map(shipped.map((template) => [template.name, template]));
	return {
		template: (name) => own.templates.get(name) ?? shippedOf.get(name) ?? null,
		templateNames: () => [...new Set([...shippedOf.keys(), ...own.templates.keys()])].sort(),
		snapshot: (name) => own.snapshot(name),
		snapshotNames: () => [...own.snapshotNames()].sort(),
	};
}

/** A file that cannot be read is an error of the blueprint as a whole. */
function unreadable(source: LoadableSource, error: HomerangeError): Validation["errors"][number] {
	const file = source.kind === "file" ? source.path : source.kind === "shipped" ? source.name : source.file;
	return { file, line: 1, column: 1, path: "", message: error.message, hint: error.remedy };
}
