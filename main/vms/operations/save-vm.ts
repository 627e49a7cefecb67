import { createHash, randomBytes } from "node:crypto";
import { createWriteStream } from "node:fs";
import { mkdir, rename, rm } from "node:fs/promises";
import { join } from "node:path";
import { pipeline } from "node:stream/promises";
import { HomerangeError } from "../../../contract/errors.ts";
import type { SaveVmRequest } from "../../../contract/vm-requests.ts";
import { newId } from "../../db/new-id.ts";
import type { Disk } from "../../images/disks/disk-pool.ts";
import { type SnapshotRecord, snapshotDisk, snapshotFile } from "../../snapshots/index.ts";
import type { FoundVm } from "../read/read-vm.ts";
import { isActive } from "../read/state.ts";
import { writtenDisks } from "../snapshots/written-disks.ts";
import { vmTitle } from "./find-vm.ts";
import type { OperationScene, Operations } from "./operations.ts";

/** Saves a VM's disk to the library, as one file that stands on nothing. */
export class Saves {
	readonly #operations: Operations;

	constructor(operations: Operations) {
		this.#operations = operations;
	}

	save(request: SaveVmRequest, actor: string) {
		const words = { verb: "Save", event: "vm.saved", happened: `was saved to the library as ${request.name}` };
		const release = this.#operations.deps.snapshots.reserve(request.name);
		return this.#operations
			.begin(request.vm, actor, { kind: "snapshot", ...words }, async (scene) => {
				try {
					await this.#save(scene, request);
				} finally {
					release();
				}
			})
			.catch((error: unknown) => {
				release();
				throw error;
			});
	}

	async #save({ found, task }: OperationScene, { name, description = "", tags = [] }: SaveVmRequest): Promise<void> {
		const { deps } = this.#operations;
		const storage = await deps.host.storage();
		const disk = savedDisk(found);
		task.plan([
			{ id: "copy", title: "Copy the disk into one file" },
			{ id: "fetch", title: "Bring it to the library" },
		]);
		const copy = `saving-${randomBytes(8).toString("hex")}.qcow2`;
		const id = newId();
		const file = snapshotFile(id);
		const path = join(deps.disks.folder, file);
		const part = `${path}.part`;
		try {
			task.start("copy");
			const volume = await storage.describePath(disk.path);
			const virtualBytes = volume?.capacityBytes ?? 0;
			await storage.copyDisk(copy, disk.path, virtualBytes, task.signal);
			task.done("copy");
			task.start("fetch");
			await mkdir(deps.disks.folder, { recursive: true, mode: 0o700 });
			const hash = createHash("sha256");
			let sizeBytes = 0;
			const source = await storage.downloadVolume(copy, { signal: task.signal });
			await pipeline(
				source,
				async function* (chunks: AsyncIterable<Buffer>) {
					for await (const chunk of chunks) {
						hash.update(chunk);
						sizeBytes += chunk.length;
						task.progress("fetch", { unit: "bytes", done: sizeBytes, total: null });
						yield chunk;
					}
				},
				createWriteStream(part, { mode: 0o600 }),
				{ signal: task.signal },
			);
			await rename(part, path);
			const sha256 = hash.digest("hex");
			const image = snapshotDisk(id);
			const now = new Date().toISOString();
			const record: SnapshotRecord = {
				...{ id, name, description, tags, provider: "libvirt", image, imageId: sha256 },
				...{ sizeBytes, ownBytes: sizeBytes, parentId: null, rangeSnapshotId: null, createdAt: now },
				...{ sourceMachine: vmTitle(found.domain), sourceRange: "" },
				source: { kind: "template", name: found.vm.template ?? "", image: "" },
				defaults: {
					...{ cpus: found.vm.vcpus, memoryBytes: found.vm.memoryBytes, diskBytes: virtualBytes },
					...{ consoles: found.vm.consoles, vncPort: null, serial: found.vm.consoles.includes("serial") },
					...{ command: null, environment: {}, ports: [], readiness: null },
				},
			};
			const saved: Disk = {
				...{ name: image, file, format: "qcow2", sizeBytes, virtualBytes, sha256 },
				...{ origin: vmTitle(found.domain), createdAt: now, lastUsed: now },
			};
			deps.snapshots.add([record], null, [saved]);
			task.done("fetch");
		} catch (error) {
			await rm(part, { force: true });
			throw error;
		} finally {
			await storage.deleteVolume(copy);
		}
	}
}

/** The disk that the VM starts from. */
function savedDisk(found: FoundVm): { path: string } {
	const title = vmTitle(found.domain);
	if (isActive(found.vm.state)) {
		throw new HomerangeError("STATE_CONFLICT", `The VM ${title} runs, so its disk cannot be copied whole.`, {
			place: title,
			remedy: "Stop it first.",
		});
	}
	const [disk] = writtenDisks(found);
	if (disk?.path) return { path: disk.path };
	throw new HomerangeError("UNSUPPORTED", `The VM ${title} has no disk that can be saved.`, { place: title });
}
