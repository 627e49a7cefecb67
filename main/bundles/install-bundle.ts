import { join } from "node:path";
import type { InstallBundleRequest } from "../../contract/bundles.ts";
import { HomerangeError } from "../../contract/errors.ts";
import { imageForProfile } from "../dind/index.ts";
import { architectureVerdict } from "../docker/architecture.ts";
import type { DockerEngine } from "../docker/engine.ts";
import { imageReference, inspectImage } from "../docker/image-inspect.ts";
import { throwIfAborted } from "../docker/limits.ts";
import { installedBlueprints } from "../paths.ts";
import type { TaskRun } from "../tasks/tasks.ts";
import type { BundleReader } from "./bundle-reader.ts";
import { checkContents } from "./check-contents.ts";
import { type Choice, chooseWhatToBring } from "./conflicts.ts";
import type { BundlesDeps } from "./deps.ts";
import { refuseFullDisk } from "./disk-space.ts";
import type { BundledImage } from "./format.ts";
import { putInstalled } from "./installed-blueprints.ts";
import { loadImage } from "./load-image.ts";
import { addStacks, missingLayers, presentStacks } from "./present-images.ts";
import { damaged } from "./refusals.ts";
import { isSignedBy, readPublicKey } from "./signing.ts";
import { forgetVerified, VerifiedEntries } from "./verified-entries.ts";
import { type VerifiedBundle, verifyBundle } from "./verify-bundle.ts";

export interface InstallOptions {
	readonly request: InstallBundleRequest;
	readonly reader: BundleReader;
	readonly task: TaskRun;
}

export const verifiedFolder = (dataFolder: string): string => join(dataFolder, "bundles", "verified");

const progressStepBytes = 1024 * 1024;

/** Refuses a bundle that the key did not sign. */
export async function checkSignature({ file, manifestText, signature }: BundleReader, keyFile: string): Promise<void> {
	const key = await readPublicKey(keyFile);
	if (signature === null) throw damaged(file, "it is not signed, and a key was given");
	if (!isSignedBy(manifestText, signature, key)) throw damaged(file, "the key did not sign it");
}

/**
 * Checks the whole bundle, then brings in its images, templates, snapshots and blueprints, in this order: a blueprint is there
 * when everything that it needs is. What is there already is left alone; an interrupted installation is gone on with by
 * installing again.
 */
export async function installBundle(deps: BundlesDeps, { request, reader, task }: InstallOptions): Promise<void> {
	const { signal } = task;
	const { images } = reader.manifest;
	task.plan([
		{ id: "space", title: "Look at what is here and at the disk" },
		{ id: "check", title: "Check every entry of the bundle" },
		...images.map(({ reference }) => ({ id: `image:${reference}`, title: `Bring in ${reference}` })),
		{ id: "library", title: "Bring in templates, snapshots and blueprints" },
	]);
	task.start("space");
	const host = await deps.host.ready(signal);
	const notes = new Set<string>();
	for (const { reference, architecture } of images) {
		const note = await architectureVerdict(host, reference, architecture, signal);
		if (note !== null) notes.add(note);
	}
	const stacks = await presentStacks(host, signal);
	await refuseFullDisk(deps.dataFolder, host, reader, stacks, signal);
	task.done("space", notes.size === 0 ? undefined : `${[...notes].join("; ")}.`);

	const bundle = await check(deps, reader, task);
	const choice = await chooseWhatToBring(deps, host, bundle, request.conflicts, signal);
	await bringImages(host, bundle, choice, stacks, task);
	task.start("library");
	throwIfAborted(signal);
	await bringLibrary(deps, host, bundle, choice, signal);
	const adopted = await adoptDindImages(deps, host, reader, signal);
	task.done("library", choice.summary + adopted);
	await forgetVerified(verifiedFolder(deps.dataFolder), reader);
}

async function check(deps: BundlesDeps, reader: BundleReader, task: TaskRun) {
	task.start("check");
	const verified = await VerifiedEntries.open(verifiedFolder(deps.dataFolder), reader);
	try {
		const bundle = await verifyBundle(
			reader,
			verified,
			(bytes, total) => task.progress("check", { unit: "bytes", done: bytes, total }),
			task.signal,
		);
		checkContents(deps.library, bundle);
		task.done("check");
		return bundle;
	} catch (error) {
		// It is looked at afresh when it comes again.
		if (error instanceof HomerangeError) await forgetVerified(verifiedFolder(deps.dataFolder), reader);
		throw error;
	} finally {
		await verified.close();
	}
}

async function bringImages(
	host: DockerEngine,
	bundle: VerifiedBundle,
	{ keptImages }: Choice,
	stacks: Set<string> | null,
	task: TaskRun,
): Promise<void> {
	const { signal } = task;
	for (const image of bundle.reader.manifest.images) {
		const step = `image:${image.reference}`;
		throwIfAborted(signal);
		const standing = keptImages.get(image.reference);
		if (standing !== undefined) {
			task.skip(step, standing);
			continue;
		}
		task.start(step);
		if ((await inspectImage(host, image.id, signal)) !== null) {
			await nameImage(host, image);
			task.done(step, "It was here under another name.");
		} else {
			await bringImage(host, bundle, image, stacks, task);
			task.done(step);
		}
		if (stacks !== null) addStacks(stacks, image.layers);
	}
}

async function nameImage(host: DockerEngine, { id, reference }: BundledImage): Promise<void> {
	const colon = reference.lastIndexOf(":");
	await host.api.getImage(id).tag({ repo: reference.slice(0, colon), tag: reference.slice(colon + 1) });
}

async function bringImage(
	host: DockerEngine,
	bundle: VerifiedBundle,
	image: BundledImage,
	stacks: ReadonlySet<string> | null,
	task: TaskRun,
): Promise<void> {
	const sizeOf = new Map(bundle.reader.manifest.layers.map(({ diffId, unpackedBytes }) => [diffId, unpackedBytes]));
	const load = async (layers: readonly string[]) => {
		const total = layers.reduce((sum, diffId) => sum + (sizeOf.get(diffId) ?? 0), 0);
		let told = 0;
		const onBytes = (done: number) => {
			if (done - told < progressStepBytes && done !== total) return;
			told = done;
			task.progress(`image:${image.reference}`, { unit: "bytes", done, total });
		};
		await loadImage(host, bundle, image, layers, onBytes, task.signal);
	};
	const missing = missingLayers(image.layers, stacks);
	const all = missingLayers(image.layers, null);
	try {
		await load(missing);
	} catch (error) {
		// A layer that was here may have gone since it was looked for.
		if (task.signal.aborted || missing.length === all.length) throw error;
		if (!(error instanceof HomerangeError) || error.code !== "IMAGE_UNAVAILABLE") throw error;
		await load(all);
	}
}

async function bringLibrary(
	{ library, dataFolder }: BundlesDeps,
	host: DockerEngine,
	{ templates, blueprints }: VerifiedBundle,
	choice: Choice,
	signal: AbortSignal,
): Promise<void> {
	for (const name of choice.templates) library.putTemplate(name, templates.get(name) ?? "");
	for (const { document } of choice.snapshots) {
		const image = await inspectImage(host, library.snapshotFacts(document).image, signal);
		if (image !== null) library.putSnapshot(document, image.id);
	}
	for (const carried of choice.rangeSnapshots) {
		const imageIds = new Map<string, string>();
		for (const part of carried.parts) {
			const { image } = library.snapshotFacts(part.document);
			const facts = await inspectImage(host, image, signal);
			if (facts === null)
				throw new HomerangeError("IMAGE_UNAVAILABLE", `The image ${image} went away.`, { place: image });
			imageIds.set(image, facts.id);
		}
		library.putRangeSnapshot(carried, imageIds);
	}
	for (const blueprint of blueprints) {
		if (choice.blueprints.has(blueprint.name)) await putInstalled(installedBlueprints(dataFolder), blueprint);
	}
}

/**
 * With no image for a range's own container here, the setting names the bundle's: the first deploy would look for it in vain.
 * Gives what was changed, in words; never a name that the bundle does not hold, which would be pulled from somewhere.
 */
async function adoptDindImages(
	{ settings }: BundlesDeps,
	host: DockerEngine,
	{ manifest }: BundleReader,
	signal: AbortSignal,
): Promise<string> {
	const forProfiles = (setting: string) =>
		(["privileged", "unprivileged"] as const).map((profile) => imageReference(imageForProfile(setting, profile)));
	const { dindImage } = settings.get();
	for (const image of forProfiles(dindImage)) {
		if ((await inspectImage(host, image, signal)) !== null) return "";
	}
	const held = new Set(manifest.images.map(({ reference }) => reference));
	if (!forProfiles(manifest.dindImage).some((image) => held.has(image))) return "";
	settings.set({ dindImage: manifest.dindImage });
	return ` Ranges run in ${manifest.dindImage} from now on: ${dindImage} is not here.`;
}
