import { randomUUID } from "node:crypto";
import { HomerangeError } from "../../../contract/errors.ts";
import type { CloneVmRequest } from "../../../contract/vm-requests.ts";
import { withLibvirtErrors } from "../../libvirt/host/index.ts";
import { DefineDomain, DomainXml, isNoDomain, type LibvirtConnection } from "../../libvirt/rpc/index.ts";
import type { TaskRun } from "../../tasks/tasks.ts";
import { nameTaken } from "../create/make-vm.ts";
import { diskVolume, nextDiskVolume, serialLogVolume, volumePrefix } from "../names.ts";
import type { FoundVm } from "../read/read-vm.ts";
import { isActive } from "../read/state.ts";
import { withDiskFiles } from "../snapshots/disk-files.ts";
import { writtenDisks } from "../snapshots/written-disks.ts";
import { clonedXml } from "./cloned-xml.ts";
import { findOwnVm, findVm, vmTitle } from "./find-vm.ts";
import type { Lifecycle } from "./lifecycle.ts";
import type { Operations } from "./operations.ts";
import { removeVm } from "./remove-vm.ts";

interface ClonedDisk {
	readonly target: string;
	readonly volume: string;
	readonly source: { readonly path: string; readonly format: "qcow2" | "raw" };
	readonly virtualBytes: number;
}

/** VMs like other ones. A full clone shares nothing with its source, which may be another tool's. */
export class Clones {
	readonly #operations: Operations;
	readonly #lifecycle: Lifecycle;

	constructor(operations: Operations, lifecycle: Lifecycle) {
		this.#operations = operations;
		this.#lifecycle = lifecycle;
	}

	async clone({ vm, name, linked, start }: CloneVmRequest, actor: string): Promise<{ taskId: string; uuid: string }> {
		const uuid = randomUUID();
		await withLibvirtErrors(vmTitle({ name }), async () => {
			const connection = await this.#operations.deps.host.connection();
			await refuseTaken(connection, name);
			await this.#source(connection, vm, linked);
		});
		const words = {
			verb: "Make the clone",
			event: "vm.cloned",
			happened: `was made as a clone of ${vmTitle({ name: vm })}`,
		};
		const request = { kind: "clone", ...words } as const;
		const { taskId } = this.#operations.start({ uuid, name }, actor, request, async (task) => {
			const connection = await this.#operations.deps.host.connection();
			const source = await this.#source(connection, vm, linked);
			await this.#make(connection, source, { uuid, name, linked }, task);
			if (!start) return;
			const found = await findOwnVm(connection, uuid, this.#operations.context);
			await this.#lifecycle.startIn({ connection, found, task }, false);
		});
		return { taskId, uuid };
	}

	/** A linked clone's source goes on in new files, so it must be one that may be changed. */
	async #source(connection: LibvirtConnection, ref: string, linked: boolean): Promise<FoundVm> {
		const { context } = this.#operations;
		const source = linked ? await findOwnVm(connection, ref, context) : await findVm(connection, ref, context);
		const title = vmTitle(source.domain);
		if (isActive(source.vm.state)) {
			throw new HomerangeError("STATE_CONFLICT", `The VM ${title} runs, so its disks cannot be copied whole.`, {
				place: title,
				remedy: "Stop it first.",
			});
		}
		if (linked && (await connection.snapshots.list(source.domain)).length > 0) {
			throw new HomerangeError("UNSUPPORTED", `The VM ${title} has snapshots, which would be lost to a linked clone.`, {
				place: title,
				remedy: "Make a full clone, or delete the snapshots first.",
			});
		}
		return source;
	}

	async #make(
		connection: LibvirtConnection,
		source: FoundVm,
		{ uuid, name, linked }: { uuid: string; name: string; linked: boolean },
		task: TaskRun,
	): Promise<void> {
		const { deps } = this.#operations;
		const { domains } = connection;
		const storage = await deps.host.storage();
		const disks = await this.#disks(source, uuid);
		task.plan([
			{ id: "define", title: "Define the VM" },
			...disks.map(({ target }) => ({ id: `disk ${target}`, title: `${linked ? "Link" : "Copy"} the disk ${target}` })),
		]);
		task.start("define");
		const xml = await domains.xml(source.domain, DomainXml.inactive | DomainXml.secure);
		const files = new Map(
			disks.map(({ target, volume }) => [target, { path: storage.path(volume), format: "qcow2" as const }]),
		);
		const { installation } = deps;
		const template = source.vm.template;
		const made = await domains.defineXml(
			clonedXml(withDiskFiles(xml, files), {
				...{ uuid, name, serialLog: storage.path(serialLogVolume(uuid)) },
				isOwnMedium: (path) => path.startsWith(storage.path(volumePrefix(source.domain.uuid))),
				owner: { installation, kind: "standalone", range: null, machine: null, template },
			}),
			DefineDomain.validate,
		);
		task.done("define");
		try {
			for (const disk of disks) {
				const step = `disk ${disk.target}`;
				task.start(step);
				if (linked) await storage.makeOverlay({ ...disk.source, virtualBytes: disk.virtualBytes }, disk.volume, 0);
				else await storage.copyDisk(disk.volume, disk.source.path, disk.virtualBytes, task.signal);
				task.done(step);
			}
			// Both stand on the same files now, and neither may write them.
			if (linked) await this.#moveSourceUp(connection, source, disks);
		} catch (error) {
			await removeVm(deps, connection, made, { deleteDisks: true });
			throw error;
		}
	}

	async #moveSourceUp(connection: LibvirtConnection, source: FoundVm, disks: readonly ClonedDisk[]): Promise<void> {
		const storage = await this.#operations.deps.host.storage();
		const files = new Map<string, { path: string; format: "qcow2" }>();
		for (const { target, source: below, virtualBytes } of disks) {
			const volume = nextDiskVolume(source.domain.uuid, target);
			files.set(target, { path: await storage.makeOverlay({ ...below, virtualBytes }, volume, 0), format: "qcow2" });
		}
		const xml = await connection.domains.xml(source.domain, DomainXml.inactive | DomainXml.secure);
		await connection.domains.defineXml(withDiskFiles(xml, files), DefineDomain.validate);
	}

	async #disks(source: FoundVm, uuid: string): Promise<ClonedDisk[]> {
		const storage = await this.#operations.deps.host.storage();
		const disks: ClonedDisk[] = [];
		for (const { target, path, format, isFile } of writtenDisks(source)) {
			if (!isFile || path === null || (format !== "qcow2" && format !== "raw")) {
				throw new HomerangeError("UNSUPPORTED", `The disk ${target} is no qcow2 or raw file, so it cannot be copied.`, {
					place: vmTitle(source.domain),
				});
			}
			const volume = await storage.describePath(path);
			if (volume === null) {
				throw new HomerangeError("UNSUPPORTED", `The file of the disk ${target} is in no pool of libvirt.`, {
					place: path,
					remedy: "Define a pool for its folder: virsh pool-create-as NAME dir --target FOLDER.",
				});
			}
			const virtualBytes = volume.capacityBytes ?? 0;
			disks.push({ target, volume: diskVolume(uuid, target), source: { path, format }, virtualBytes });
		}
		return disks;
	}
}

/** Errors: `NAME_TAKEN`. */
export async function refuseTaken({ domains }: LibvirtConnection, name: string): Promise<void> {
	try {
		await domains.lookupByName(name);
	} catch (error) {
		if (isNoDomain(error)) return;
		throw error;
	}
	throw nameTaken(name);
}
