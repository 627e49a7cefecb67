import type { z } from "zod";
import type {
	ChangeVmRequest,
	CloneVmRequest,
	CreateVmRequest,
	createVmSnapshotRequest,
	deleteVmSnapshotRequest,
	ejectIsoRequest,
	HostDevice,
	HypervisorStatus,
	insertIsoRequest,
	SaveVmRequest,
	SnapshotWay,
	screenshotRequest,
	startVmRequest,
	stopVmRequest,
	Vm,
	VmDetail,
	VmLog,
	VmScreenshot,
	VmSnapshot,
	VmTemplate,
	VmUsage,
} from "../../contract/index.ts";
import { withLibvirtErrors } from "../libvirt/host/index.ts";
import type { LibvirtConnection } from "../libvirt/rpc/index.ts";
import type { VmService } from "../rpc/vm-service.ts";
import { VmConsoles } from "./consoles/vm-consoles.ts";
import type { VmsDeps } from "./deps.ts";
import { Changes } from "./operations/change-vm.ts";
import { Clones } from "./operations/clone-vm.ts";
import { Creation } from "./operations/creation.ts";
import { findDomain, findVm, vmTitle } from "./operations/find-vm.ts";
import { Lifecycle } from "./operations/lifecycle.ts";
import { MediaOperations } from "./operations/media-operations.ts";
import { Operations } from "./operations/operations.ts";
import { Ownership } from "./operations/ownership.ts";
import { Saves } from "./operations/save-vm.ts";
import { readDetail } from "./read/read-detail.ts";
import type { FoundVm, ReadContext } from "./read/read-vm.ts";
import { takeScreenshot } from "./read/screenshot.ts";
import { sampleUsage } from "./read/usage.ts";
import { hostDevices, vmTemplates } from "./read/vm-templates.ts";
import { SnapshotOperations } from "./snapshots/snapshot-operations.ts";
import { VmTable } from "./vm-table.ts";

const place = "libvirt";

/** The virtual machines of the hypervisor: ours, and those of other tools, which are shown and not changed. */
export class Vms implements VmService {
	/** Of machines of ranges, too: by the UUID of their domain. */
	readonly consoles: VmConsoles;
	readonly #deps: VmsDeps;
	readonly #context: ReadContext;
	readonly #table: VmTable;
	readonly #lifecycle: Lifecycle;
	readonly #creation: Creation;
	readonly #ownership: Ownership;
	readonly #changes: Changes;
	readonly #clones: Clones;
	readonly #media: MediaOperations;
	readonly #snapshots: SnapshotOperations;
	readonly #saves: Saves;

	constructor(deps: VmsDeps) {
		const { host, lines, changes, log, installation } = deps;
		this.#deps = deps;
		this.#context = { installation, rangeOf: (range, machine) => deps.rangeOf(range, machine) };
		this.#table = new VmTable({ host, context: this.#context, changes, log });
		this.consoles = new VmConsoles(host, lines);
		const operations = new Operations(deps, this.#table, this.#context);
		this.#lifecycle = new Lifecycle(operations, lines);
		this.#creation = new Creation(operations, this.#lifecycle);
		this.#ownership = new Ownership(operations);
		this.#changes = new Changes(operations);
		this.#clones = new Clones(operations, this.#lifecycle);
		this.#media = new MediaOperations(operations);
		this.#snapshots = new SnapshotOperations(operations);
		this.#saves = new Saves(operations);
	}

	status(): HypervisorStatus {
		return this.#deps.host.status();
	}

	known(): Vm[] {
		return this.#table.known();
	}

	hypervisor(): Promise<HypervisorStatus> {
		return this.#deps.host.look();
	}

	reconnect(): Promise<HypervisorStatus> {
		return this.#deps.host.reconnect();
	}

	/** Also without a hypervisor: then all say that nothing can be made. */
	async templates(): Promise<VmTemplate[]> {
		const { state } = await this.#deps.host.look();
		return vmTemplates(state === "connected" ? await this.#deps.host.ability() : null);
	}

	hostDevices(): Promise<HostDevice[]> {
		return hostDevices();
	}

	list(): Promise<Vm[]> {
		return withLibvirtErrors(place, () => this.#table.list());
	}

	get(vm: string): Promise<VmDetail> {
		const { host } = this.#deps;
		return this.#look(vm, async (connection, found) =>
			readDetail(found, {
				connection,
				storage: await host.storage(),
				sharesFiles: host.sharesFiles(),
				isLocal: host.isLocal(),
				snapshots: await this.#snapshots.list(connection, found),
			}),
		);
	}

	create(request: CreateVmRequest, actor: string) {
		return this.#creation.create(request, actor);
	}

	start(request: z.output<typeof startVmRequest>, actor: string) {
		return this.#lifecycle.start(request, actor);
	}

	stop(request: z.output<typeof stopVmRequest>, actor: string) {
		return this.#lifecycle.stop(request, actor);
	}

	pause(vm: string, actor: string) {
		return this.#lifecycle.pause(vm, actor);
	}

	resume(vm: string, actor: string) {
		return this.#lifecycle.resume(vm, actor);
	}

	reboot(vm: string, actor: string) {
		return this.#lifecycle.reboot(vm, actor);
	}

	reset(vm: string, actor: string) {
		return this.#lifecycle.reset(vm, actor);
	}

	destroy(vm: string, actor: string) {
		return this.#lifecycle.destroy(vm, actor);
	}

	delete(request: { vm: string; deleteDisks: boolean }, actor: string) {
		return this.#creation.delete(request, actor);
	}

	setAutostart(vm: string, autostart: boolean, actor: string): Promise<Vm> {
		return this.#ownership.setAutostart(vm, autostart, actor);
	}

	rename(vm: string, name: string, actor: string): Promise<Vm> {
		return this.#ownership.rename(vm, name, actor);
	}

	change(request: ChangeVmRequest, actor: string) {
		return this.#changes.change(request, actor);
	}

	clone(request: CloneVmRequest, actor: string) {
		return this.#clones.clone(request, actor);
	}

	insertIso(request: z.output<typeof insertIsoRequest>, actor: string) {
		return this.#media.insert(request, actor);
	}

	ejectIso(request: z.output<typeof ejectIsoRequest>, actor: string) {
		return this.#media.eject(request, actor);
	}

	adopt(vm: string, actor: string): Promise<Vm> {
		return this.#ownership.adopt(vm, actor);
	}

	release(vm: string, actor: string): Promise<Vm> {
		return this.#ownership.release(vm, actor);
	}

	saveToLibrary(request: SaveVmRequest, actor: string) {
		return this.#saves.save(request, actor);
	}

	screenshot({ vm, maxWidth }: z.output<typeof screenshotRequest>): Promise<VmScreenshot> {
		return withLibvirtErrors(vmTitle({ name: vm }), async () => {
			const connection = await this.#deps.host.connection();
			return takeScreenshot(connection, await findDomain(connection, vm), maxWidth);
		});
	}

	log(vm: string, lines: number): Promise<VmLog> {
		return this.consoles.log(vm, lines);
	}

	async *usage(vms: readonly string[], signal = new AbortController().signal): AsyncGenerator<VmUsage[], void> {
		const { host } = this.#deps;
		const connection = await host.connection();
		const domains = await Promise.all(vms.map((vm) => findDomain(connection, vm)));
		yield* sampleUsage(
			() => host.connection(),
			domains.map(({ uuid }) => uuid),
			signal,
		);
	}

	snapshotWays(vm: string): Promise<SnapshotWay[]> {
		return this.#look(vm, (connection, found) => this.#snapshots.ways(connection, found));
	}

	listSnapshots(vm: string): Promise<VmSnapshot[]> {
		return this.#look(vm, (connection, found) => this.#snapshots.list(connection, found));
	}

	createSnapshot(request: z.output<typeof createVmSnapshotRequest>, actor: string) {
		return this.#snapshots.create(request, actor);
	}

	revertSnapshot(vm: string, snapshot: string, actor: string) {
		return this.#snapshots.revert(vm, snapshot, actor);
	}

	deleteSnapshot(request: z.output<typeof deleteVmSnapshotRequest>, actor: string) {
		return this.#snapshots.delete(request, actor);
	}

	close(): void {
		this.#table.close();
	}

	#look<T>(vm: string, work: (connection: LibvirtConnection, found: FoundVm) => Promise<T>): Promise<T> {
		return withLibvirtErrors(vmTitle({ name: vm }), async () => {
			const connection = await this.#deps.host.connection();
			return work(connection, await findVm(connection, vm, this.#context));
		});
	}
}
