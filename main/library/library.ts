import type { BlueprintSource, ShippedBlueprint, Validation } from "../../contract/blueprints.ts";
import { HomerangeError } from "../../contract/errors.ts";
import type { Template } from "../../contract/library.ts";
import {
	createTemplateLookup,
	listShippedBlueprints,
	loadBlueprint,
	loadFileSources,
	loadTemplates,
	parseBlueprint,
	type TemplateLookup,
	toTemplate,
} from "../blueprint/index.ts";
import type { ResourcePaths } from "../paths.ts";

/** What machines start from and what can be deployed without a file: read from the product's own folders. */
export interface Library {
	readonly templates: Template[];
	readonly lookup: TemplateLookup;
	shipped(): Promise<ShippedBlueprint[]>;
	read(source: BlueprintSource): Promise<{ file: string; text: string }>;
	/** Everything that is wrong with a blueprint, also when it cannot even be read. */
	validate(source: BlueprintSource): Promise<Validation>;
}

export async function openLibrary(resources: ResourcePaths): Promise<Library> {
	const loaded = await loadTemplates(resources.templates);
	const lookup = createTemplateLookup(loaded);
	return {
		templates: loaded.map(toTemplate),
		lookup,
		shipped: () => listShippedBlueprints(resources.blueprints, lookup),
		async read(source) {
			const { file, text } = await loadBlueprint(source, resources.blueprints);
			return { file, text };
		},
		async validate(source) {
			try {
				const { file, text, folder } = await loadBlueprint(source, resources.blueprints);
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

/** A file that cannot be read is an error of the blueprint as a whole. */
function unreadable(source: BlueprintSource, error: HomerangeError): Validation["errors"][number] {
	const file = source.kind === "file" ? source.path : source.kind === "shipped" ? source.name : source.file;
	return { file, line: 1, column: 1, path: "", message: error.message, hint: error.remedy };
}
