import { mkdir, rm } from "node:fs/promises";
import { basename, join } from "node:path";
import { HomerangeError, toErrorInfo } from "../../contract/errors.ts";
import type {
	BuildImageRequest,
	BuildLine,
	DeletedImage,
	DeleteImageRequest,
	ExportImageRequest,
	ImageDetail,
	ImageList,
	ImportImageRequest,
	PromoteForm,
	PruneAnswer,
	PruneImagesRequest,
	PullImageRequest,
} from "../../contract/images.ts";
import type { Template, TemplateInput } from "../../contract/library.ts";
import type { TaskKind } from "../../contract/tasks.ts";
import { imageReference } from "../docker/image-inspect.ts";
import type { TaskRun } from "../tasks/tasks.ts";
import { buildImage } from "./build/build-image.ts";
import { BuildLogs } from "./build/build-log.ts";
import { deleteImage } from "./delete-image.ts";
import type { ImagesDeps } from "./deps.ts";
import { containerImageOf } from "./disk-container.ts";
import { type Disk, DiskPool } from "./disks/disk-pool.ts";
import { exportImage } from "./export-image.ts";
import { type ListParts, listImages, readScene, showImage } from "./image-list.ts";
import { importContainerImages } from "./import-container.ts";
import { importDisk } from "./import-disk.ts";
import { Inventory } from "./inventory.ts";
import { promoteForm } from "./promote.ts";
import { planPrune, runPrune } from "./prune.ts";
import { pull } from "./pull.ts";
import { recognize } from "./recognize.ts";
import { ImageRecords } from "./records.ts";
import { watchUse } from "./watch-use.ts";

const keptImports = 100;

interface Started {
	taskId: string;
}

/** The image cache: container images of the host's engine and disk images of the library's pool. */
export class Images {
	readonly pool: DiskPool;
	readonly #parts: ListParts;
	readonly #deps: ImagesDeps;
	/** Where archives are unpacked and checked; emptied at every start. */
	readonly #incoming: string;
	readonly #builds = new BuildLogs();
	/** Names that the newest imports gave, by their tasks. */
	readonly #imported = new Map<string, string[]>();
	readonly #closed = new AbortController();

	constructor(deps: ImagesDeps) {
		this.#deps = deps;
		this.#incoming = join(deps.dataFolder, "incoming");
		this.pool = new DiskPool(deps.dataFolder, deps.db);
		this.#parts = { deps, inventory: new Inventory(), records: new ImageRecords(deps.db), pool: this.pool };
		void watchUse(this.#parts, this.#closed.signal);
	}

	list(signal?: AbortSignal): Promise<ImageList> {
		return listImages(this.#parts, signal);
	}

	get(image: string, signal?: AbortSignal): Promise<ImageDetail> {
		return showImage(this.#parts, image, signal);
	}

	pull(request: PullImageRequest, actor: string): Started {
		const reference = imageReference(request.reference);
		return this.#begin("pull", `Pull ${reference}`, actor, async (task) => {
			await pull(this.#parts, request, task);
			this.#record("image.pulled", actor, `The image ${reference} was pulled.`);
		});
	}

	async import(request: ImportImageRequest, actor: string): Promise<Started> {
		const recognized = await recognize(request.path);
		return this.#begin("import", `Import ${basename(request.path)}`, actor, async (task) => {
			const folder = join(this.#incoming, task.id);
			await mkdir(folder, { recursive: true, mode: 0o700 });
			try {
				const names =
					recognized.kind === "archive" || recognized.kind === "layout"
						? await importContainerImages(this.#parts, request, recognized, folder, task)
						: [await importDisk(this.pool, request, recognized, folder, task)];
				this.#imported.set(task.id, names);
				for (const old of [...this.#imported.keys()].slice(0, -keptImports)) this.#imported.delete(old);
				this.#record("image.imported", actor, `${request.path} was imported: ${names.join(", ")}.`);
			} finally {
				await rm(folder, { recursive: true, force: true });
			}
		});
	}

	/** Errors: `TASK_NOT_FOUND`, also for an import that is not done. */
	imported(taskId: string): string[] {
		const names = this.#imported.get(taskId);
		if (names !== undefined) return names;
		throw new HomerangeError("TASK_NOT_FOUND", `There is no import ${taskId} that is done.`, {
			remedy: "The names of the newest imports are kept while the engine runs; list the images.",
		});
	}

	export(request: ExportImageRequest, actor: string): Started {
		return this.#begin("export", `Export ${request.image}`, actor, (task) => exportImage(this.#parts, request, task));
	}

	build(request: BuildImageRequest, actor: string): Started {
		const reference = imageReference(request.tag);
		return this.#begin("build", `Build ${reference}`, actor, async (task) => {
			await buildImage(this.#parts, request, this.#builds.open(task.id), task);
			this.#record("image.built", actor, `The image ${reference} was built from ${request.folder}.`);
		});
	}

	/** The output of a build, from its oldest kept line to its end. */
	buildOutput(taskId: string, signal?: AbortSignal): AsyncGenerator<BuildLine, void> {
		return this.#builds.read(taskId, signal);
	}

	promoteForm(image: string, signal?: AbortSignal): Promise<PromoteForm> {
		return promoteForm(this.#parts, image, signal);
	}

	/**
	 * Makes a template of an image that is there. A disk for machines of the docker provider is first put into a
	 * container image, as a task. Errors: `IMAGE_NOT_FOUND`, and those of making the image and the template.
	 */
	async promote(input: TemplateInput, actor: string, signal?: AbortSignal): Promise<Template> {
		await showImage(this.#parts, input.image, signal);
		const disk = this.pool.find(input.image);
		if (disk === null) return this.#deps.createTemplate(input, actor);
		const provider = input.provider ?? "libvirt";
		if (provider === "libvirt") return this.#deps.createTemplate({ ...input, provider }, actor);
		return this.#deps.createTemplate({ ...input, image: await this.#imageOf(disk, actor, signal) }, actor);
	}

	async #imageOf(disk: Disk, actor: string, signal?: AbortSignal): Promise<string> {
		const { tasks } = this.#deps;
		let reference = "";
		const { taskId } = this.#begin("build", `Make a container image of ${disk.name}`, actor, async (task) => {
			reference = await containerImageOf(this.#parts, disk, task);
			this.#record("image.built", actor, `The image ${reference} was made of the disk ${disk.name}.`);
		});
		const onAbort = () => tasks.cancel(taskId);
		signal?.addEventListener("abort", onAbort, { once: true });
		try {
			if (signal?.aborted) onAbort();
			const ended = await tasks.whenEnded(taskId);
			if (ended.state === "done") return reference;
			throw HomerangeError.fromInfo(ended.error ?? toErrorInfo(new Error(`${ended.title} ended without a reason`)));
		} finally {
			signal?.removeEventListener("abort", onAbort);
		}
	}

	async delete(request: DeleteImageRequest, actor: string, signal?: AbortSignal): Promise<DeletedImage> {
		const deleted = await deleteImage(this.#parts, request, signal);
		this.#record("image.deleted", actor, `The image ${request.image} was deleted.`);
		return deleted;
	}

	async prune(request: PruneImagesRequest, actor: string, signal?: AbortSignal): Promise<PruneAnswer> {
		const scene = await readScene(this.#parts, await this.#deps.host.ready(signal), signal);
		const plan = planPrune(scene, request);
		if (request.dryRun || plan.images.length === 0) return { plan, taskId: null };
		const { taskId } = this.#begin("prune", "Remove images that nothing uses", actor, async (task) => {
			await runPrune(this.#parts, plan, request, task);
			const names = plan.images.map((image) => image.name).join(", ");
			this.#record("image.pruned", actor, `Images that nothing used were removed: ${names}.`);
		});
		return { plan, taskId };
	}

	/** At start-up, before anything is begun: removes what the last engine left half made. */
	async clean(): Promise<void> {
		await rm(this.#incoming, { recursive: true, force: true });
		const left = await this.pool.clean();
		if (left.length > 0) this.#deps.log.info({ files: left }, "half made disk images were removed");
	}

	close(): void {
		this.#closed.abort();
	}

	#begin(kind: TaskKind, title: string, actor: string, run: (task: TaskRun) => Promise<void>): Started {
		const request = { kind, title, actor, rangeId: null, rangeName: null, machine: null };
		return { taskId: this.#deps.tasks.start(request, run).id };
	}

	#record(type: string, actor: string, message: string): void {
		this.#deps.events.record({ severity: "info", type, actor, message });
	}
}
