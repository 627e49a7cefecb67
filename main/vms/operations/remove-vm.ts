import { basename } from "node:path";
import { type DomainDescription, describeDomain } from "../../libvirt/domains/index.ts";
import type { HostStorage, StoredVolume } from "../../libvirt/host/index.ts";
import {
	type Domain,
	DomainXml,
	isNoDomain,
	isUnsupported,
	type LibvirtConnection,
	UndefineDomain,
} from "../../libvirt/rpc/index.ts";
import type { VmsDeps } from "../deps.ts";
import { isoVolume, seedVolume, serialLogVolume, volumePrefix } from "../names.ts";
import { overlayFiles } from "../snapshots/overlay-record.ts";
import { cutPower } from "./lifecycle.ts";

const { managedSave, snapshotsMetadata, nvram, checkpointsMetadata, tpm } = UndefineDomain;
const everything = managedSave | snapshotsMetadata | nvram | checkpointsMetadata | tpm;

/**
 * Removes a VM with all that libvirt keeps of it. Its files go first: who is killed in between finds the VM still
 * there, and deletes it again. Gives the files that stay because others stand on them.
 */
export async function removeVm(
	deps: VmsDeps,
	connection: LibvirtConnection,
	domain: Domain,
	{ deleteDisks }: { deleteDisks: boolean },
): Promise<string[]> {
	const { domains } = connection;
	let kept: string[] = [];
	try {
		await cutPower(connection, domain);
		const xml = await domains.xml(domain, DomainXml.inactive);
		kept = await removeFiles(deps, domain, describeDomain(xml), overlayFiles(xml), deleteDisks);
		await undefine(connection, domain);
	} catch (error) {
		if (!isNoDomain(error)) throw error;
		// A VM that is forgotten when it stops, or one that somebody deleted in this moment: its files are ours still.
		kept = await removeFiles(deps, domain, null, [], deleteDisks);
	}
	return kept;
}

async function undefine({ domains }: LibvirtConnection, domain: Domain): Promise<void> {
	try {
		await domains.undefine(domain, everything);
	} catch (error) {
		// The flag of the TPM's state came with libvirt 8.9; before, it goes with the domain.
		if (!isUnsupported(error)) throw error;
		await domains.undefine(domain, everything & ~tpm);
	}
}

/** Our files of the VM: disks only when they are to go, what we made for its first start in any case. */
async function removeFiles(
	{ host, disks, snapshots }: VmsDeps,
	{ uuid }: Domain,
	described: DomainDescription | null,
	ofSnapshots: readonly string[],
	deleteDisks: boolean,
): Promise<string[]> {
	const storage = await host.storage();
	const others = new Set([
		seedVolume(uuid),
		serialLogVolume(uuid),
		isoVolume(uuid, "installer"),
		isoVolume(uuid, "drivers"),
	]);
	const all = await storage.volumes();
	for (const { name } of all) if (others.has(name)) await storage.deleteVolume(name);
	if (!deleteDisks) return [];
	const named = [...(described?.disks.map(({ path }) => path) ?? []), ...ofSnapshots];
	const wanted = all.filter(
		({ name, path }) =>
			!others.has(name) &&
			(name.startsWith(volumePrefix(uuid)) || (named.includes(path) && isDisk(storage, name, path))),
	);
	const kept = await deleteUnused(storage, all, wanted);
	await storage.sweepBases(
		(sha256) =>
			disks.list().some((disk) => disk.sha256 === sha256) || snapshots.all().some(({ imageId }) => imageId === sha256),
	);
	return kept;
}

/** Files in the pool that are not shared by their nature, as bases are. */
function isDisk(storage: HostStorage, name: string, path: string): boolean {
	return storage.holds(path) && !name.startsWith("base-") && basename(path) === name;
}

/** From the top of each chain down: a file on which another's disk stands stays. */
async function deleteUnused(
	storage: HostStorage,
	all: readonly StoredVolume[],
	wanted: readonly StoredVolume[],
): Promise<string[]> {
	const goes = new Set(wanted.map(({ path }) => path));
	for (let changed = true; changed; ) {
		changed = false;
		for (const { path, backing } of all) {
			// What stays needs what is below it.
			if (!goes.has(path) && backing?.path != null && goes.delete(backing.path)) changed = true;
		}
	}
	for (const { name, path } of wanted) if (goes.has(path)) await storage.deleteVolume(name);
	return wanted.filter(({ path }) => !goes.has(path)).map(({ path }) => path);
}
