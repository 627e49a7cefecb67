import { HomerangeError } from "../../../contract/errors.ts";
import type { ChangeVmRequest, VmNicInput } from "../../../contract/vm-requests.ts";
import {
	type DescribedDisk,
	type DescribedNic,
	type DiskBus,
	type DomainDescription,
	describeDomain,
	diskXml,
	type NicModel,
	nextTarget,
	nicXml,
	withProcessors,
} from "../../libvirt/domains/index.ts";
import {
	Affect,
	DefineDomain,
	type Domain,
	DomainXml,
	type LibvirtConnection,
	LibvirtError,
	MaximumMemory,
	MaximumVcpus,
} from "../../libvirt/rpc/index.ts";
import { nicVariable } from "../create/plan-vm.ts";
import { baseOfImage } from "../create/sources.ts";
import { nextDiskVolume } from "../names.ts";
import { isActive } from "../read/state.ts";
import type { OperationScene, Operations } from "./operations.ts";

interface Scene extends OperationScene {
	readonly active: boolean;
	/** As the next start finds it. */
	readonly next: DomainDescription;
	/** What had to wait for the next start. */
	readonly waiting: string[];
}

const deviceLimitMs = 10_000;

/** Changes of a VM's hardware. What a running guest cannot take is changed for its next start, and said. */
export class Changes {
	readonly #operations: Operations;

	constructor(operations: Operations) {
		this.#operations = operations;
	}

	change(request: ChangeVmRequest, actor: string) {
		const words = { verb: "Change", event: "vm.changed", happened: "was changed" };
		return this.#operations.begin(request.vm, actor, { kind: "change", ...words }, async (found) => {
			const { connection, task } = found;
			const domain = found.found.domain;
			task.plan([{ id: "change", title: "Change the VM" }]);
			task.start("change");
			const scene: Scene = {
				...found,
				active: isActive(found.found.vm.state),
				next: describeDomain(await connection.domains.xml(domain, DomainXml.inactive)),
				waiting: [],
			};
			await this.#texts(scene, request);
			if (request.cpus !== undefined) await this.#processors(scene, request.cpus);
			if (request.memoryBytes !== undefined) await this.#memory(scene, request.memoryBytes);
			await this.#disks(scene, request);
			await this.#nics(scene, request);
			const { waiting } = scene;
			if (waiting.length === 0) task.done("change");
			else task.done("change", `At its next start: ${waiting.join(", ")}.`);
		});
	}

	async #texts({ connection, found }: Scene, { title, description }: ChangeVmRequest): Promise<void> {
		const { domains } = connection;
		for (const [kind, text] of [
			["title", title],
			["description", description],
		] as const) {
			if (text !== undefined) await domains.setMetadata(found.domain, kind, text === "" ? null : text, Affect.config);
		}
	}

	/** libvirt's own call refuses when the XML spreads processors over sockets; then they are written there. */
	async #processors({ connection, found, active, waiting }: Scene, cpus: number): Promise<void> {
		const { domains } = connection;
		const { domain } = found;
		try {
			await setVcpus(connection, domain, cpus);
		} catch (error) {
			if (!(error instanceof LibvirtError)) throw error;
			const xml = await domains.xml(domain, DomainXml.inactive | DomainXml.secure);
			await domains.defineXml(withProcessors(xml, cpus), DefineDomain.validate);
		}
		if (!active || cpus === found.vm.vcpus) return;
		try {
			await domains.setVcpus(domain, cpus, Affect.live);
		} catch (error) {
			if (!(error instanceof LibvirtError)) throw error;
			waiting.push(`${cpus} processors`);
		}
	}

	async #memory({ connection, found, active, waiting }: Scene, bytes: number): Promise<void> {
		const { domains } = connection;
		const kib = Math.ceil(bytes / 1024);
		const { domain } = found;
		// The most that it may have can never be below what it has.
		const maximum = Affect.config | MaximumMemory;
		const order =
			kib * 1024 >= (found.described.memoryBytes ?? 0) ? [maximum, Affect.config] : [Affect.config, maximum];
		for (const flags of order) await domains.setMemory(domain, kib, flags);
		if (active && bytes !== found.vm.memoryBytes) waiting.push("its memory");
	}

	async #disks(scene: Scene, request: ChangeVmRequest): Promise<void> {
		for (const { target, sizeBytes } of request.resizeDisks ?? []) await this.#resize(scene, target, sizeBytes);
		for (const { target, deleteFile } of request.removeDisks ?? []) await this.#removeDisk(scene, target, deleteFile);
		for (const wanted of request.addDisks ?? []) await this.#addDisk(scene, wanted);
	}

	async #addDisk(scene: Scene, { sizeBytes, image }: NonNullable<ChangeVmRequest["addDisks"]>[number]): Promise<void> {
		const { connection, found, task } = scene;
		if (sizeBytes === undefined && image === undefined) {
			throw new HomerangeError("INPUT_INVALID", "A new disk needs a size or an image.");
		}
		const { deps } = this.#operations;
		const storage = await deps.host.storage();
		const now = describeDomain(await connection.domains.xml(found.domain, DomainXml.inactive));
		const bus = usualBus(now.disks);
		const taken = [...now.disks, ...found.described.disks].map((disk) => disk.target);
		const dev = nextTarget(bus, taken);
		const volume = nextDiskVolume(found.domain.uuid, dev);
		const base = image === undefined ? null : await baseOfImage(deps, image);
		const path =
			base === null
				? await storage.makeDisk(volume, sizeBytes ?? 0)
				: await storage.makeOverlay(
						await storage.ensureBase(base, { signal: task.signal }),
						volume,
						Math.max(sizeBytes ?? 0, base.virtualBytes),
					);
		const xml = diskXml({ path, format: "qcow2", bus }, dev);
		try {
			await this.#both(scene, `the disk ${dev}`, (flags) => connection.domains.attachDevice(found.domain, xml, flags));
		} catch (error) {
			await storage.deleteVolume(volume);
			throw error;
		}
	}

	async #removeDisk(scene: Scene, target: string, deleteFile: boolean): Promise<void> {
		const { connection, found, next, active } = scene;
		const disk = diskAt(next.disks, target) ?? diskAt(found.described.disks, target);
		if (disk === undefined) throw noDisk(target);
		const xml = removableXml(disk, target);
		if (diskAt(next.disks, target) !== undefined) {
			await connection.domains.detachDevice(found.domain, xml, Affect.config);
		}
		let isGone = true;
		if (active && diskAt(found.described.disks, target) !== undefined) {
			isGone = await this.#detachLive(scene, xml, (described) => diskAt(described.disks, target) === undefined);
			if (!isGone) scene.waiting.push(`the disk ${target} goes`);
		}
		if (!deleteFile || disk.path === null) return;
		const storage = await this.#operations.deps.host.storage();
		if (!isGone || !storage.holds(disk.path)) return;
		const all = await storage.volumes();
		if (all.some(({ backing }) => backing?.path === disk.path)) return;
		const name = all.find(({ path }) => path === disk.path)?.name;
		if (name !== undefined) await storage.deleteVolume(name);
	}

	async #resize({ connection, found, active, next }: Scene, target: string, sizeBytes: number): Promise<void> {
		const disk = diskAt(active ? found.described.disks : next.disks, target);
		if (disk === undefined) throw noDisk(target);
		const { capacity } = await connection.blocks.info(found.domain, target);
		if (sizeBytes < capacity) {
			throw new HomerangeError(
				"INPUT_INVALID",
				`The disk ${target} has ${capacity} bytes, and can only be made larger.`,
				{
					place: target,
					remedy: "To make one smaller, add a smaller disk and copy inside the guest.",
				},
			);
		}
		if (active) return await connection.blocks.resize(found.domain, target, sizeBytes);
		if (disk.path === null) throw noDisk(target);
		const volume = await connection.volumes.lookupByPath(disk.path);
		await connection.volumes.resize(volume, sizeBytes);
	}

	async #nics(scene: Scene, request: ChangeVmRequest): Promise<void> {
		const { connection, found } = scene;
		const { domains } = connection;
		for (const mac of request.removeNics ?? []) await this.#removeNic(scene, mac.toLowerCase());
		for (const { mac, to } of request.moveNics ?? []) {
			const nic = nicAt(scene, mac.toLowerCase());
			const xml = nicXmlOf({ ...to, mac }, nic.model);
			await this.#both(scene, `the network card ${mac}`, (flags) => domains.updateDevice(found.domain, xml, flags));
		}
		for (const input of request.addNics ?? []) {
			const xml = nicXmlOf(input, scene.next.nics[0]?.model ?? null);
			await this.#both(scene, "a network card", (flags) => domains.attachDevice(found.domain, xml, flags));
		}
	}

	async #removeNic(scene: Scene, mac: string): Promise<void> {
		const { connection, found, active, next } = scene;
		const nic = nicAt(scene, mac);
		const xml = removableNicXml(nic, mac);
		if (next.nics.some((each) => each.mac === mac)) {
			await connection.domains.detachDevice(found.domain, xml, Affect.config);
		}
		if (!active || !found.described.nics.some((each) => each.mac === mac)) return;
		const isGone = await this.#detachLive(scene, xml, ({ nics }) => nics.every((each) => each.mac !== mac));
		if (!isGone) scene.waiting.push(`the network card ${mac} goes`);
	}

	/** For the next start, and at once where the VM runs and takes it. */
	async #both(scene: Scene, what: string, apply: (flags: number) => Promise<void>): Promise<void> {
		await apply(Affect.config);
		if (!scene.active) return;
		try {
			await apply(Affect.live);
		} catch (error) {
			if (!(error instanceof LibvirtError)) throw error;
			scene.waiting.push(what);
		}
	}

	/** A running guest is asked to let a device go. False when it did not within a while. */
	async #detachLive(
		{ connection, found }: Scene,
		xml: string,
		isGone: (described: DomainDescription) => boolean,
	): Promise<boolean> {
		const { host } = this.#operations.deps;
		const { domain } = found;
		const { promise, resolve } = Promise.withResolvers<void>();
		const stop = host.onDomainEvent(({ uuid }) => {
			if (uuid === domain.uuid) resolve();
		});
		const timer = setTimeout(resolve, deviceLimitMs);
		try {
			await connection.domains.detachDevice(domain, xml, Affect.live);
			if (isGone(describeDomain(await connection.domains.xml(domain)))) return true;
			await promise;
			return isGone(describeDomain(await connection.domains.xml(domain)));
		} catch (error) {
			if (error instanceof LibvirtError) return false;
			throw error;
		} finally {
			stop();
			clearTimeout(timer);
		}
	}
}

/** First whichever of the two keeps the number below the most that it may have. */
async function setVcpus({ domains }: LibvirtConnection, domain: Domain, cpus: number): Promise<void> {
	const described = describeDomain(await domains.xml(domain, DomainXml.inactive));
	const maximum = Affect.config | MaximumVcpus;
	const order = cpus >= (described.vcpus ?? 0) ? [maximum, Affect.config] : [Affect.config, maximum];
	for (const flags of order) await domains.setVcpus(domain, cpus, flags);
}

function diskAt(disks: readonly DescribedDisk[], target: string): DescribedDisk | undefined {
	return disks.find((disk) => disk.target === target && disk.device === "disk");
}

/** What its other disks are attached as: for that the guest has drivers. */
function usualBus(disks: readonly DescribedDisk[]): DiskBus {
	const bus = disks.find(({ device }) => device === "disk")?.bus;
	return bus === "sata" || bus === "scsi" || bus === "usb" ? bus : "virtio";
}

function nicAt({ next, found }: Scene, mac: string): DescribedNic {
	const nic = [...next.nics, ...found.described.nics].find((each) => each.mac === mac);
	if (nic !== undefined) return nic;
	throw new HomerangeError("INPUT_INVALID", `The VM has no network card ${mac}.`, { place: mac });
}

const models: readonly string[] = ["virtio", "e1000e", "e1000", "rtl8139", "vmxnet3"] satisfies NicModel[];

function modelOf(text: string | null): NicModel {
	return models.includes(text ?? "") ? (text as NicModel) : "virtio";
}

function nicXmlOf(input: VmNicInput, model: string | null): string {
	return nicXml({ ...nicVariable(input), model: modelOf(model) });
}

/** libvirt finds a card by its address; the rest must be of the right shape only. */
function removableNicXml({ kind, source, model }: DescribedNic, mac: string): string {
	const place =
		kind === "bridge" || kind === "network" ? ({ kind, source: source ?? "" } as const) : ({ kind: "user" } as const);
	return nicXml({ ...place, mac, model: modelOf(model) });
}

/** libvirt finds a disk by its target; the rest must be of the right shape only. */
function removableXml({ path, format, bus }: DescribedDisk, target: string): string {
	const shape = bus === "sata" || bus === "scsi" || bus === "usb" ? bus : "virtio";
	return diskXml({ path: path ?? "/", format: format === "raw" ? "raw" : "qcow2", bus: shape }, target);
}

function noDisk(target: string): HomerangeError {
	return new HomerangeError("INPUT_INVALID", `The VM has no disk ${target}.`, {
		place: target,
		remedy: "Look at its disks to see their names.",
	});
}
