import type { z } from "zod";
import { HomerangeError } from "../../../contract/errors.ts";
import type { ejectIsoRequest, insertIsoRequest } from "../../../contract/vm-requests.ts";
import { cdromXml, type DescribedDisk, describeDomain } from "../../libvirt/domains/index.ts";
import { Affect, DomainXml } from "../../libvirt/rpc/index.ts";
import { mediumOf } from "../create/media.ts";
import { isoVolume, seedVolume } from "../names.ts";
import { isActive } from "../read/state.ts";
import type { OperationScene, Operations } from "./operations.ts";

/** ISOs in the CD drives of VMs. */
export class MediaOperations {
	readonly #operations: Operations;

	constructor(operations: Operations) {
		this.#operations = operations;
	}

	async insert({ vm, path, target }: z.output<typeof insertIsoRequest>, actor: string) {
		const words = { verb: "Insert an ISO into", event: "vm.iso.inserted", happened: `has ${path} in its drive` };
		const { host } = this.#operations.deps;
		// A file that is not there is told at once.
		await mediumOf(host, path, "checked.iso");
		return this.#operations.begin(vm, actor, { kind: "change", ...words }, async (scene) => {
			const { found, task } = scene;
			const drive = await this.#drive(scene, target, (each) => each.path === null);
			const medium = await mediumOf(host, path, isoVolume(found.domain.uuid, drive.target ?? "cd"));
			task.plan([{ id: "insert", title: `Insert ${path}` }]);
			task.start("insert");
			if (medium.copyAs !== null) {
				await this.#put(scene, drive, null);
				await (await host.storage()).putFile(medium.copyAs, path, medium.sizeBytes, {
					signal: task.signal,
					onProgress: (done) => task.progress("insert", { unit: "bytes", done, total: medium.sizeBytes }),
				});
			}
			await this.#put(scene, drive, medium.path);
			task.done("insert");
		});
	}

	eject({ vm, target }: z.output<typeof ejectIsoRequest>, actor: string) {
		const words = { verb: "Eject the ISO of", event: "vm.iso.ejected", happened: "has its ISO no more" };
		return this.#operations.begin(vm, actor, { kind: "change", ...words }, async (scene) => {
			const { task, found } = scene;
			task.plan([{ id: "eject", title: "Eject the ISO" }]);
			task.start("eject");
			const drive = await this.#drive(scene, target, (each) => each.path !== null);
			if (drive.path === null) return task.skip("eject", "The drive is empty.");
			await this.#put(scene, drive, null);
			const storage = await this.#operations.deps.host.storage();
			// A copy that was made for this drive alone.
			if (drive.path.startsWith(storage.path(`vm-${found.domain.uuid}-`))) {
				await storage.deleteVolume(drive.path.slice(storage.path("").length));
			}
			task.done("eject");
		});
	}

	/** The drive that was named; else the first that suits, and that holds no seed of ours. */
	async #drive(
		{ connection, found }: OperationScene,
		target: string | undefined,
		suits: (drive: DescribedDisk) => boolean,
	): Promise<DescribedDisk> {
		const next = describeDomain(await connection.domains.xml(found.domain, DomainXml.inactive));
		const seed = (await this.#operations.deps.host.storage()).path(seedVolume(found.domain.uuid));
		const drives = (isActive(found.vm.state) ? found.described : next).disks.filter(({ device }) => device === "cdrom");
		const usable = drives.filter(({ path }) => path !== seed);
		const drive =
			target === undefined ? (usable.find(suits) ?? usable[0]) : drives.find((each) => each.target === target);
		if (drive !== undefined) return drive;
		throw new HomerangeError(
			"INPUT_INVALID",
			target === undefined ? "The VM has no CD drive for it." : `The VM has no CD drive ${target}.`,
			{ remedy: "Look at its drives to see their names." },
		);
	}

	/** At once, and for the next start. */
	async #put({ connection, found }: OperationScene, drive: DescribedDisk, path: string | null): Promise<void> {
		const { target, bus, bootOrder } = drive;
		const xml = cdromXml({ path, bus: busOf(bus), dev: target ?? "", bootOrder });
		if (found.vm.persistent) await connection.domains.updateDevice(found.domain, xml, Affect.config);
		if (isActive(found.vm.state)) await connection.domains.updateDevice(found.domain, xml, Affect.live);
	}
}

function busOf(bus: string | null): Parameters<typeof cdromXml>[0]["bus"] {
	switch (bus) {
		case "ide":
		case "scsi":
		case "usb":
		case "virtio":
		case "fdc":
			return bus;
		default:
			return "sata";
	}
}
