import { rm } from "node:fs/promises";
import { join } from "node:path";
import type {
	DeletedImage,
	DeleteImageRequest,
	ImageDetail,
	ImageList,
	PruneAnswer,
	PruneImagesRequest,
} from "../../contract/images.ts";
import type { TaskKind } from "../../contract/tasks.ts";
import type { TaskRun } from "../tasks/tasks.ts";
import { deleteImage } from "./delete-image.ts";
import type { ImagesDeps } from "./deps.ts";
import { DiskPool } from "./disks/disk-pool.ts";
import { type ListParts, listImages, readScene, showImage } from "./image-list.ts";
import { Inventory } from "./inventory.ts";
import { planPrune, runPrune } from "./prune.ts";
import { ImageRecords } from "./records.ts";
import { watchUse } from "./watch-use.ts";

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
