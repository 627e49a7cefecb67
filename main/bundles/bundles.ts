import { join } from "node:path";
import type { BundleInfo, CreateBundleRequest, InstallBundleRequest } from "../../contract/bundles.ts";
import { HomerangeError, toErrorInfo } from "../../contract/errors.ts";
import { installedBlueprints } from "../paths.ts";
import type { TaskRun } from "../tasks/tasks.ts";
import { BundleReader } from "./bundle-reader.ts";
import { createBundle, refuseTakenFile } from "./create-bundle.ts";
import type { BundlesDeps } from "./deps.ts";
import { rangeSnapshotsOf } from "./format.ts";
import { gatherBlueprints } from "./gather.ts";
import { gatherRangeSnapshots } from "./gather-range-snapshots.ts";
import { checkSignature, installBundle, verifiedFolder } from "./install-bundle.ts";
import { mendInstalled } from "./installed-blueprints.ts";
import { PartFiles } from "./part-files.ts";
import { readSigningKey } from "./signing.ts";
import { pruneVerified } from "./verified-entries.ts";

/** Offline bundles: one file with everything that blueprints need on a machine without a network. */
export class Bundles {
	readonly #deps: BundlesDeps;
	readonly #parts: PartFiles;
	#isInstalling = false;

	constructor(deps: BundlesDeps) {
		this.#deps = deps;
		this.#parts = new PartFiles(join(deps.dataFolder, "bundles", "writing"));
	}

	/** Removes and mends what an engine that died left half made. Call it before anything else. */
	async begin(): Promise<void> {
		const removed = await this.#parts.removeLeft();
		if (removed.length > 0) this.#deps.log.info({ removed }, "removed bundles that were not finished");
		await mendInstalled(installedBlueprints(this.#deps.dataFolder));
		await pruneVerified(verifiedFolder(this.#deps.dataFolder));
	}

	/** What the bundle says that it holds. */
	async show(file: string): Promise<BundleInfo> {
		const reader = await BundleReader.open(file);
		try {
			await reader.places();
			return infoOf(reader);
		} finally {
			await reader.close();
		}
	}

	/** Checks the request at once, then writes the bundle as a task. */
	async create(request: CreateBundleRequest, actor: string): Promise<{ taskId: string }> {
		const { library, blueprintFolders } = this.#deps;
		await refuseTakenFile(request);
		const key = request.signKeyFile === undefined ? null : await readSigningKey(request.signKeyFile);
		const texts = request.blueprints.filter((source) => source.kind !== "range-snapshot");
		const gathered = await gatherBlueprints(texts, blueprintFolders, library.lookup);
		const saved = request.blueprints.flatMap((source) => (source.kind === "range-snapshot" ? source.name : []));
		const rangeSnapshots = gatherRangeSnapshots(saved, library);
		const title = `Write the bundle ${request.file}`;
		return this.#start(title, actor, "created", (task) =>
			createBundle(this.#deps, { request, gathered, rangeSnapshots, key, task, parts: this.#parts }),
		);
	}

	/** Reads the beginning and checks the signature at once, then installs as a task. One at a time. */
	async install(request: InstallBundleRequest, actor: string): Promise<{ taskId: string }> {
		if (this.#isInstalling) {
			throw new HomerangeError("STATE_CONFLICT", "Another bundle is being installed.", {
				remedy: "Wait until it is done.",
			});
		}
		this.#isInstalling = true;
		let reader: BundleReader | null = null;
		try {
			const opened = await BundleReader.open(request.file);
			reader = opened;
			await opened.places();
			if (request.keyFile !== undefined) await checkSignature(opened, request.keyFile);
			return this.#start(`Install the bundle ${request.file}`, actor, "installed", async (task) => {
				try {
					await installBundle(this.#deps, { request, reader: opened, task });
				} finally {
					this.#isInstalling = false;
					await opened.close();
				}
			});
		} catch (error) {
			this.#isInstalling = false;
			await reader?.close();
			throw error;
		}
	}

	#start(title: string, actor: string, verb: string, run: (task: TaskRun) => Promise<void>): { taskId: string } {
		const { tasks, events } = this.#deps;
		const request = { kind: "bundle" as const, title, actor, rangeId: null, rangeName: null, machine: null };
		const { id } = tasks.start(request, async (task) => {
			try {
				await run(task);
			} catch (error) {
				const { message } = toErrorInfo(error);
				if (!task.signal.aborted)
					events.record({ severity: "error", type: `bundle.${verb}.failed`, actor, message: `${title}: ${message}` });
				throw error;
			}
			events.record({ severity: "info", type: `bundle.${verb}`, actor, message: `${title}: done.` });
		});
		return { taskId: id };
	}
}

function infoOf({ file, sizeBytes, manifest }: BundleReader): BundleInfo {
	const { createdAt, productVersion, signer, blueprints, templates, snapshots, images, layers, dindImages } = manifest;
	const saved = rangeSnapshotsOf(manifest);
	const parts = new Set(saved.flatMap((one) => one.parts));
	return {
		file,
		sizeBytes,
		createdAt,
		productVersion,
		signer,
		blueprints: blueprints.map(({ files, ...blueprint }) => ({ ...blueprint, files: files.length })),
		templates,
		snapshots: snapshots.flatMap(({ id, name }) => (parts.has(id) ? [] : name)),
		rangeSnapshots: saved.map(({ name, parts: own }) => ({ name, machines: own.length })),
		images: images.map(({ reference, id, architecture, layers: own, sizeBytes: size }) => ({
			reference,
			id,
			architecture,
			layers: own.length,
			sizeBytes: size,
			isDind: dindImages.includes(reference),
		})),
		layers: {
			count: layers.length,
			packedBytes: layers.reduce((sum, { bytes }) => sum + bytes, 0),
			unpackedBytes: layers.reduce((sum, { unpackedBytes }) => sum + unpackedBytes, 0),
		},
	};
}
