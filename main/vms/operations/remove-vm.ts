import { type DomainDescription, describeDomain } from "../../libvirt/domains/index.ts";
import type { HostStorage, StoredVolume } from "../../libvirt/host/index.ts";
import { type Domain, DomainXml, isNoDomain, type LibvirtConnection } from "../../libvirt/rpc/index.ts";
import type { VmsDeps } from "../deps.ts";
import { isoVolume, seedVolume, serialLogVolume, volumePrefix } from "../names.ts";
import { overlayFiles } from "../snapshots/overlay-record.ts";
import { cutPower, undefine } from "./power.ts";

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
		kept = await removeFiles(
			deps,
			connection,
			domain,
			[...diskFiles(describeDomain(xml)), ...overlayFiles(xml)],
			deleteDisks,
		);
		await undefine(connection, domain);
	} catch (error) {
		if (!isNoDomain(error)) throw error;
		// A VM that is forgotten when it stops, or one that somebody deleted in this moment: its files are ours still.
		kept = await removeFiles(deps, connection, domain, [], deleteDisks);
	}
	return kept;
}

function diskFiles({ disks }: DomainDescription): string[] {
	return disks.flatMap(({ path, device }) => (path !== null && device === "disk" ? [path] : []));
}

/** Our files of the VM: disks only when they are to go, what we made for its first start in any case. */
async function removeFiles(
	{ host, disks, snapshots }: VmsDeps,
	connection: LibvirtConnection,
	{ uuid }: Domain,
	named: readonly string[],
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
	const present = new Set(
		(await connection.domains.list()).map((domain) => domain.uuid).filter((each) => each !== uuid),
	);
	const own = all.filter(
		({ name, path }) =>
			!others.has(name) &&
			storage.holds(path) &&
			(name.startsWith(volumePrefix(uuid)) || (named.includes(path) && diskOwner(name) !== null)),
	);
	const kept = await deleteUnused(storage, all, [...own, ...left(all, own, present)]);
	await storage.sweepBases(
		(sha256) =>
			disks.list().some((disk) => disk.sha256 === sha256) || snapshots.all().some(({ imageId }) => imageId === sha256),
	);
	return kept;
}

/** Files below these whose own VM is gone: they were kept for what stood on them. */
function left(
	all: readonly StoredVolume[],
	from: readonly StoredVolume[],
	present: ReadonlySet<string>,
): StoredVolume[] {
	const found: StoredVolume[] = [];
	for (let next: readonly StoredVolume[] = from; next.length > 0; ) {
		const below = new Set(next.map(({ backing }) => backing?.path));
		next = all.filter(({ name, path }) => {
			const owner = diskOwner(name);
			return below.has(path) && owner !== null && !present.has(owner) && !from.some((each) => each.path === path);
		});
		found.push(...next);
	}
	return found;
}

/** The UUID of the VM that a file of the pool was made for; null for what is no VM's disk. */
function diskOwner(name: string): string | null {
	return /^vm-([0-9a-f-]{36})-.*\.qcow2$/.exec(name)?.[1] ?? null;
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
