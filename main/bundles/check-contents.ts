import { blueprintInvalid, blueprintText, parseBlueprint } from "../blueprint/index.ts";
import { imageReference } from "../docker/image-inspect.ts";
import type { BundleLibrary } from "./deps.ts";
import { damaged } from "./refusals.ts";
import type { VerifiedBundle } from "./verify-bundle.ts";

/**
 * Whether what the bundle's documents say can be used here, before anything is changed. Errors: `INPUT_INVALID`,
 * `BLUEPRINT_INVALID`.
 */
export function checkContents(library: BundleLibrary, bundle: VerifiedBundle): void {
	checkSnapshots(library, bundle);
	checkBlueprints(library, bundle);
}

/** One that is another than the bundle says, that is not whole, or that no range can be made from. */
function checkSnapshots(library: BundleLibrary, { snapshots, rangeSnapshots, reader }: VerifiedBundle): void {
	const { file, manifest } = reader;
	for (const { id, name, document } of snapshots) {
		const said = library.snapshotFacts(document);
		if (said.id !== id || said.name !== name) throw damaged(file, `the snapshot ${name} calls itself ${said.name}`);
	}
	const held = new Set(manifest.images.map(({ reference }) => reference));
	for (const carried of rangeSnapshots) {
		const { name, parts } = carried;
		const fault = library.faultOfRangeSnapshot(carried);
		if (fault !== null) throw damaged(file, `the snapshot ${name} of a range ${fault}`);
		const missing = parts.find(({ document }) => !held.has(library.snapshotFacts(document).image));
		if (missing !== undefined) throw damaged(file, `it does not hold the image of the snapshot ${missing.name}`);
	}
}

/** A blueprint that this version cannot deploy, or that is called otherwise than the bundle says. */
function checkBlueprints(
	library: BundleLibrary,
	{ blueprints, templates, snapshots, rangeSnapshots, reader }: VerifiedBundle,
): void {
	const saved = [...snapshots, ...rangeSnapshots.flatMap(({ parts }) => parts)];
	const lookup = library.lookupWith(
		[...templates],
		saved.map(({ document }) => document),
	);
	for (const { name, files } of blueprints) {
		const text = files.get(blueprintText)?.toString() ?? "";
		const { blueprint, errors } = parseBlueprint(text, `${name}.yaml`, lookup);
		if (blueprint === null) throw blueprintInvalid(`${name}.yaml`, errors);
		const held = new Set(reader.manifest.images.map(({ reference }) => reference));
		const missing = blueprint.machines.find(({ image }) => !held.has(imageReference(image)));
		if (missing !== undefined)
			throw damaged(reader.file, `it does not hold the image of the machine ${missing.name} of ${name}`);
		if (blueprint.name !== name) throw damaged(reader.file, `the blueprint ${name} calls itself ${blueprint.name}`);
	}
}
