import type { z } from "zod";
import { HomerangeError } from "../../../contract/errors.ts";
import type { createVmSnapshotRequest, deleteVmSnapshotRequest } from "../../../contract/vm-requests.ts";
import type { SnapshotMethod, SnapshotWay, VmSnapshot } from "../../../contract/vm-snapshots.ts";
import { snapshotXml } from "../../libvirt/domains/index.ts";
import {
	CreateSnapshot,
	DeleteSnapshot,
	DomainXml,
	type LibvirtConnection,
	RevertSnapshot,
} from "../../libvirt/rpc/index.ts";
import type { OperationScene, Operations } from "../operations/operations.ts";
import type { FoundVm } from "../read/read-vm.ts";
import { isActive } from "../read/state.ts";
import { listSnapshots } from "./list-snapshots.ts";
import { createOverlay, deleteOverlay, revertOverlay } from "./overlays.ts";
import { nameProblem, snapshotWays } from "./ways.ts";
import { writtenDisks } from "./written-disks.ts";

/** Snapshots of VMs, by the way that this libvirt and this VM allow. */
export class SnapshotOperations {
	readonly #operations: Operations;

	constructor(operations: Operations) {
		this.#operations = operations;
	}

	async list(connection: LibvirtConnection, found: FoundVm): Promise<VmSnapshot[]> {
		const { hasExternalSnapshots } = await this.#operations.deps.host.ability();
		const facts = { canRevertExternal: hasExternalSnapshots, isActive: isActive(found.vm.state) };
		return listSnapshots(connection, found.domain, facts);
	}

	async ways(connection: LibvirtConnection, found: FoundVm): Promise<SnapshotWay[]> {
		const { host } = this.#operations.deps;
		const { vm, described, domain } = found;
		const { hasExternalSnapshots } = await host.ability();
		const xml = vm.persistent ? await connection.domains.xml(domain, DomainXml.inactive) : found.xml;
		return snapshotWays({
			libvirtVersion: await host.libvirtVersion(),
			canRevertExternal: hasExternalSnapshots,
			isActive: isActive(vm.state),
			isPersistent: vm.persistent,
			hasUefi: described.firmware !== "bios" && described.firmware !== null,
			nvramFormat: /<nvram [^>]*\bformat=(["'])(\w+)\1/.exec(xml)?.[2] ?? null,
			hasHostDevices: described.hostdevs.length > 0,
			disks: writtenDisks(found),
			existing: (await this.list(connection, found)).map(({ method }) => method),
		});
	}

	create({ vm, name, description, method }: z.output<typeof createVmSnapshotRequest>, actor: string) {
		const words = { verb: "Take a snapshot of", event: "vm.snapshot.taken", happened: `has the snapshot ${name}` };
		const request = { kind: "snapshot", ...words } as const;
		return this.#operations.begin(vm, actor, request, async (scene) => {
			const { connection, found, task } = scene;
			task.plan([{ id: "take", title: `Take ${name}` }]);
			task.start("take");
			if ((await this.list(connection, found)).some((each) => each.name === name)) {
				throw new HomerangeError("NAME_TAKEN", `The VM has a snapshot ${name} already.`, {
					place: name,
					remedy: "Choose another name, or delete that one.",
				});
			}
			const way = chosen(await this.ways(connection, found), method);
			const facts = {
				libvirtVersion: await this.#operations.deps.host.libvirtVersion(),
				isActive: isActive(found.vm.state),
			};
			const problem = nameProblem(facts, way.method, name);
			if (problem !== null) {
				const remedy = "Choose another name, or stop the machine first.";
				throw new HomerangeError("INPUT_INVALID", problem, { place: name, remedy });
			}
			if (way.method === "overlay") {
				await createOverlay(this.#operations.deps, connection, found, { name, description });
			} else await this.#createByLibvirt(scene, way.method, name, description);
			task.done("take", way.explanation);
		});
	}

	revert(vm: string, snapshot: string, actor: string) {
		const words = { verb: "Revert", event: "vm.snapshot.reverted", happened: `is back at its snapshot ${snapshot}` };
		const request = { kind: "revert", ...words } as const;
		return this.#operations.begin(vm, actor, request, async ({ connection, found, task }) => {
			task.plan([{ id: "revert", title: `Go back to ${snapshot}` }]);
			task.start("revert");
			const wanted = await this.#find(connection, found, snapshot);
			if (wanted.revertProblem !== null) {
				throw new HomerangeError("STATE_CONFLICT", wanted.revertProblem, { place: snapshot });
			}
			if (wanted.method === "overlay") {
				await revertOverlay(this.#operations.deps, connection, found, snapshot);
			} else {
				const { snapshots } = connection;
				// A running guest whose devices differ from then can only be restarted for it, which is what was asked.
				const flags = wanted.state === "running" || wanted.state === "paused" ? RevertSnapshot.force : 0;
				await snapshots.revert(await snapshots.lookupByName(found.domain, snapshot), flags);
			}
			task.done("revert");
		});
	}

	delete({ vm, snapshot, children }: z.output<typeof deleteVmSnapshotRequest>, actor: string) {
		const words = {
			verb: "Delete a snapshot of",
			event: "vm.snapshot.deleted",
			happened: `has its snapshot ${snapshot} no more`,
		};
		const request = { kind: "delete", ...words } as const;
		return this.#operations.begin(vm, actor, request, async ({ connection, found, task }) => {
			task.plan([{ id: "delete", title: `Delete ${snapshot}` }]);
			task.start("delete");
			const { method } = await this.#find(connection, found, snapshot);
			if (method === "overlay") await deleteOverlay(this.#operations.deps, connection, found, snapshot, children);
			else {
				const { snapshots } = connection;
				const flags = children ? DeleteSnapshot.children : 0;
				await snapshots.delete(await snapshots.lookupByName(found.domain, snapshot), flags);
			}
			task.done("delete");
		});
	}

	async #createByLibvirt(
		{ connection, found }: OperationScene,
		method: "internal" | "external",
		name: string,
		description: string,
	): Promise<void> {
		const { domain, vm } = found;
		const active = isActive(vm.state);
		const disks = found.described.disks.flatMap(({ target, isReadonly, device }) => {
			if (target === null) return [];
			return [{ target, kind: isReadonly || device !== "disk" ? ("no" as const) : method }];
		});
		const storage = await this.#operations.deps.host.storage();
		const memoryFile = storage.path(`vm-${domain.uuid}-${Buffer.from(name).toString("base64url").slice(0, 100)}.mem`);
		const memory = !active
			? null
			: method === "internal"
				? { kind: "internal" as const }
				: { kind: "external" as const, path: memoryFile };
		const xml = snapshotXml({ name, description, memory, disks });
		await connection.snapshots.create(domain, xml, method === "external" && !active ? CreateSnapshot.diskOnly : 0);
	}

	async #find(connection: LibvirtConnection, found: FoundVm, name: string): Promise<VmSnapshot> {
		const snapshot = (await this.list(connection, found)).find((each) => each.name === name);
		if (snapshot !== undefined) return snapshot;
		throw new HomerangeError("SNAPSHOT_NOT_FOUND", `The VM has no snapshot ${name}.`, {
			place: name,
			remedy: "List its snapshots to see their names.",
		});
	}
}

function chosen(ways: readonly SnapshotWay[], method: SnapshotMethod | undefined): SnapshotWay {
	const way = ways.find((each) => (method === undefined ? each.preferred : each.method === method));
	if (way?.available) return way;
	const refused = way ?? ways[0];
	const reasons = method === undefined ? ways.map(({ reason }) => reason).filter((reason) => reason !== null) : [];
	throw new HomerangeError("UNSUPPORTED", refused?.reason ?? "No snapshot of this VM can be taken.", {
		remedy: refused?.remedy ?? null,
		detail: reasons.length > 1 ? reasons.join("\n") : null,
	});
}
