import { HomerangeError } from "../../../contract/errors.ts";
import type { HostStorage, StoredVolume } from "../../libvirt/host/index.ts";
import { DefineDomain, DomainXml, type LibvirtConnection } from "../../libvirt/rpc/index.ts";
import type { VmsDeps } from "../deps.ts";
import { nextDiskVolume, volumePrefix } from "../names.ts";
import type { FoundVm } from "../read/read-vm.ts";
import { withDiskFiles } from "./disk-files.ts";
import { type OverlaySnapshot, readOverlays, writeOverlays } from "./overlay-record.ts";
import { writtenDisks } from "./written-disks.ts";

/**
 * Snapshots that Homerange keeps itself, for a libvirt that cannot go back to external ones: the files of a stopped VM
 * are written no more, and it goes on in new ones that stand on them. The record is written last: who is killed before
 * leaves a longer chain of files, and nothing that is wrong.
 */
export async function createOverlay(
	{ host }: VmsDeps,
	connection: LibvirtConnection,
	found: FoundVm,
	{ name, description }: { name: string; description: string },
): Promise<void> {
	const storage = await host.storage();
	const files = currentFiles(found);
	const fresh = await makeTops(storage, found, files);
	const record = await readOverlays(connection, found.domain);
	const snapshot: OverlaySnapshot = {
		name,
		description,
		createdAt: new Date().toISOString(),
		parent: record.current,
		disks: files,
	};
	try {
		await switchFiles(connection, found, fresh);
	} catch (error) {
		for (const { volume } of fresh) await storage.deleteVolume(volume);
		throw error;
	}
	await writeOverlays(connection, found.domain, { snapshots: [...record.snapshots, snapshot], current: name });
}

/** The VM goes on in new files on those of the snapshot; what it wrote since is dropped, unless a snapshot stands on it. */
export async function revertOverlay(
	{ host }: VmsDeps,
	connection: LibvirtConnection,
	found: FoundVm,
	name: string,
): Promise<void> {
	const storage = await host.storage();
	const record = await readOverlays(connection, found.domain);
	const snapshot = known(record.snapshots, name);
	const fresh = await makeTops(storage, found, snapshot.disks);
	try {
		await switchFiles(connection, found, fresh);
	} catch (error) {
		for (const { volume } of fresh) await storage.deleteVolume(volume);
		throw error;
	}
	await writeOverlays(connection, found.domain, { ...record, current: name });
	const kept = filesOf(record.snapshots);
	await dropUnneeded(storage, found.domain.uuid, {
		before: [...currentFiles(found).map(({ path }) => path), ...kept],
		after: [...fresh.map(({ path }) => path), ...kept],
	});
}

/** The VM stays as it is: a file on which something stands stays, too. */
export async function deleteOverlay(
	{ host }: VmsDeps,
	connection: LibvirtConnection,
	found: FoundVm,
	name: string,
	children: boolean,
): Promise<void> {
	const storage = await host.storage();
	const record = await readOverlays(connection, found.domain);
	const gone = known(record.snapshots, name);
	const names = new Set(children ? withChildren(record.snapshots, name) : [name]);
	const snapshots = record.snapshots
		.filter((each) => !names.has(each.name))
		.map((each) => (each.parent !== null && names.has(each.parent) ? { ...each, parent: gone.parent } : each));
	const current = record.current !== null && names.has(record.current) ? gone.parent : record.current;
	await writeOverlays(connection, found.domain, { snapshots, current });
	const now = writtenDisks(found).flatMap(({ path }) => path ?? []);
	await dropUnneeded(storage, found.domain.uuid, {
		before: [...now, ...filesOf(record.snapshots)],
		after: [...now, ...filesOf(snapshots)],
	});
}

interface Top {
	readonly target: string;
	readonly volume: string;
	readonly path: string;
}

/** Empty files on those: what the VM writes from now on. */
async function makeTops(storage: HostStorage, { domain }: FoundVm, files: OverlaySnapshot["disks"]): Promise<Top[]> {
	const tops: Top[] = [];
	for (const { target, path, format } of files) {
		const volume = nextDiskVolume(domain.uuid, target);
		const below = await storage.describePath(path);
		if (below === null) {
			throw new HomerangeError("IMAGE_UNAVAILABLE", `The file of the disk ${target} is not in a pool of libvirt.`, {
				place: path,
				remedy: "Define a pool for its folder (virsh pool-define-as), or take another kind of snapshot.",
			});
		}
		const virtualBytes = below.capacityBytes ?? 0;
		tops.push({ target, volume, path: await storage.makeOverlay({ path, format, virtualBytes }, volume, 0) });
	}
	return tops;
}

async function switchFiles({ domains }: LibvirtConnection, { domain }: FoundVm, tops: readonly Top[]): Promise<void> {
	const xml = await domains.xml(domain, DomainXml.inactive | DomainXml.secure);
	const files = new Map(tops.map(({ target, path }) => [target, { path, format: "qcow2" as const }]));
	await domains.defineXml(withDiskFiles(xml, files), DefineDomain.validate);
}

function currentFiles(found: FoundVm): OverlaySnapshot["disks"] {
	return writtenDisks(found).flatMap(({ target, path, format }) => {
		if (path === null || (format !== "qcow2" && format !== "raw")) return [];
		return [{ target, path, format }];
	});
}

/**
 * Removes files of these chains on which neither the VM nor a snapshot stands any more. Other files of the VM stay: a
 * disk that was taken out of it, for example.
 */
async function dropUnneeded(
	storage: HostStorage,
	uuid: string,
	{ before, after }: { before: readonly string[]; after: readonly string[] },
): Promise<void> {
	const all = await storage.volumes();
	const isOwn = (name: string) => name.startsWith(volumePrefix(uuid)) && name.endsWith(".qcow2");
	const candidates = withBacking(all, before);
	// Other VMs' linked clones may stand on a file of this one, and so may a file of it that was taken out.
	const others = all.filter(({ path }) => !candidates.has(path)).flatMap(({ backing }) => backing?.path ?? []);
	const needed = withBacking(all, [...after, ...others]);
	for (const { name, path } of all) {
		if (isOwn(name) && candidates.has(path) && !needed.has(path)) await storage.deleteVolume(name);
	}
}

/** These files and all that they stand on. */
function withBacking(all: readonly StoredVolume[], roots: readonly string[]): ReadonlySet<string> {
	const found = new Set<string>();
	const waiting = [...roots];
	for (let path = waiting.pop(); path !== undefined; path = waiting.pop()) {
		if (found.has(path)) continue;
		found.add(path);
		const below = all.find((each) => each.path === path)?.backing?.path;
		if (below != null) waiting.push(below);
	}
	return found;
}

function filesOf(snapshots: readonly OverlaySnapshot[]): string[] {
	return snapshots.flatMap(({ disks }) => disks.map(({ path }) => path));
}

function withChildren(snapshots: readonly OverlaySnapshot[], name: string): string[] {
	const below = snapshots.filter(({ parent }) => parent === name);
	return [name, ...below.flatMap((each) => withChildren(snapshots, each.name))];
}

function known(snapshots: readonly OverlaySnapshot[], name: string): OverlaySnapshot {
	const found = snapshots.find((each) => each.name === name);
	if (found !== undefined) return found;
	throw new HomerangeError("SNAPSHOT_NOT_FOUND", `The VM has no snapshot ${name}.`, { place: name });
}
