import type { VmSnapshot } from "../../../contract/vm-snapshots.ts";
import type { VmCdrom, VmDetail, VmDisk, VmGraphics, VmNic } from "../../../contract/vms.ts";
import {
	type DescribedDisk,
	type DescribedGraphics,
	type DomainDescription,
	describeDomain,
} from "../../libvirt/domains/index.ts";
import type { HostStorage } from "../../libvirt/host/index.ts";
import { type Domain, DomainXml, type LibvirtConnection, LibvirtError } from "../../libvirt/rpc/index.ts";
import { seedVolume } from "../names.ts";
import { hasAgent } from "./addresses.ts";
import type { FoundVm } from "./read-vm.ts";
import { isActive } from "./state.ts";

export interface DetailContext {
	readonly connection: LibvirtConnection;
	readonly storage: HostStorage;
	/** This process can open what belongs to libvirt's own user. */
	readonly sharesFiles: boolean;
	readonly isLocal: boolean;
	readonly snapshots: readonly VmSnapshot[];
}

const chainLimit = 64;

/** Everything about one VM. */
export async function readDetail(found: FoundVm, context: DetailContext): Promise<VmDetail> {
	const { connection, snapshots } = context;
	const { domain, vm, described, xml } = found;
	const active = isActive(vm.state);
	// Of the next start: what is changed while it runs stands only there.
	const nextXml = active && vm.persistent ? await connection.domains.xml(domain, DomainXml.inactive) : xml;
	const next = active ? describeDomain(nextXml) : described;
	const disks = described.disks.filter(({ device }) => device === "disk" || device === "lun");
	const waiting = active ? waitingChanges(described, next) : [];
	return {
		...vm,
		description: described.description,
		machine: described.machine,
		architecture: described.arch,
		firmware: described.firmware === "efi" ? "uefi" : described.firmware === "efi-secure" ? "uefi-secure" : "bios",
		tpm: described.tpm !== null,
		agent: hasAgent(described),
		disks: await Promise.all(disks.map((disk) => readDisk(disk, domain, context))),
		cdroms: described.disks
			.filter(({ device }) => device === "cdrom")
			.map((drive) => readCdrom(drive, domain, context)),
		nics: described.nics.map((nic) => readNic(nic, found)),
		graphics: described.graphics.map((each) => readGraphics(each, active, context)),
		snapshots: [...snapshots],
		xml: nextXml,
		liveXml: active ? xml : null,
		waiting,
		warnings: [...warningsOf(described), ...waiting],
	};
}

async function readDisk(disk: DescribedDisk, domain: Domain, { connection, storage }: DetailContext): Promise<VmDisk> {
	const { path, target, bus, format, isReadonly } = disk;
	const size = target === null ? null : await sizeOf(connection, domain, target);
	const below = disk.backing.flatMap((each) => each.path ?? []);
	return {
		target: target ?? "",
		bus: bus ?? "",
		format,
		source: path,
		capacityBytes: size?.capacity ?? null,
		allocationBytes: size?.physical ?? null,
		backing: below.length > 0 || path === null ? below : await chainBelow(storage, path),
		ours: path !== null && storage.holds(path),
		readOnly: isReadonly,
		shared: false,
	};
}

/** Not there, or of a kind that has no size. */
async function sizeOf({ blocks }: LibvirtConnection, domain: Domain, target: string) {
	try {
		return await blocks.info(domain, target);
	} catch (error) {
		if (error instanceof LibvirtError) return null;
		throw error;
	}
}

/** A stopped VM's chain, as far as libvirt knows the files. */
async function chainBelow(storage: HostStorage, path: string): Promise<string[]> {
	const chain: string[] = [];
	for (let next: string | null = path; next !== null && chain.length < chainLimit; ) {
		const volume = await storage.describePath(next);
		next = volume?.backing?.path ?? null;
		if (next !== null && !chain.includes(next)) chain.push(next);
		else break;
	}
	return chain;
}

function readCdrom({ target, bus, path }: DescribedDisk, { uuid }: Domain, { storage }: DetailContext): VmCdrom {
	const seed = path !== null && path === storage.path(seedVolume(uuid));
	return { target: target ?? "", bus: bus ?? "", source: path, seed };
}

function readNic(nic: DomainDescription["nics"][number], { addresses }: FoundVm): VmNic {
	const { mac, kind, source, model, target } = nic;
	return {
		mac: mac ?? "",
		kind: kind === "user" || kind === "network" || kind === "bridge" ? kind : "other",
		source,
		model,
		device: target,
		addresses: [...(addresses.get(mac ?? "") ?? [])],
	};
}

function readGraphics(
	graphics: DescribedGraphics,
	active: boolean,
	{ sharesFiles, isLocal }: DetailContext,
): VmGraphics {
	const { kind, socket, port, listen } = graphics;
	const place = socket ?? (port === null ? null : `${listen ?? "127.0.0.1"}:${port}`);
	const problem = graphicsProblem(graphics, active, sharesFiles, isLocal);
	return { kind, listen: place, usable: problem === null, reason: problem };
}

function graphicsProblem(
	{ kind, socket, port }: DescribedGraphics,
	active: boolean,
	sharesFiles: boolean,
	isLocal: boolean,
): string | null {
	if (kind !== "vnc") return `Only VNC can be shown here, and this is ${kind}.`;
	if (!active) return "The VM does not run.";
	if (!isLocal) return "The hypervisor is on another machine.";
	if (socket !== null && !sharesFiles) return "Its socket can be opened by libvirt's own user only.";
	return socket === null && port === null ? "It listens nowhere." : null;
}

function warningsOf(described: DomainDescription): string[] {
	const warnings: string[] = [];
	if (described.problem !== null) warnings.push(described.problem);
	if (described.virtType === "qemu") {
		warnings.push("Its processor is emulated, which is many times slower than KVM.");
	}
	if (described.hasQemuArguments) {
		warnings.push("It has arguments for QEMU that libvirt does not understand; they are kept as they are.");
	}
	return warnings;
}

function waitingChanges(described: DomainDescription, next: DomainDescription): string[] {
	const compared = [
		["memory", described.memoryBytes, next.memoryBytes],
		["processors", described.currentVcpus, next.currentVcpus],
		["disks", described.disks.length, next.disks.length],
		["network cards", described.nics.length, next.nics.length],
	] as const;
	return compared
		.filter(([, now, then]) => now !== then)
		.map(([what]) => `A change of its ${what} waits for its next start.`);
}
