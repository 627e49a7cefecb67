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

type Started = Promise<{ taskId: string }>;
type Operation = (vm: string, actor: string) => Started;

/** What the border needs of the virtual machines. */
export interface VmService {
	/** What is known now, without looking. */
	status(): HypervisorStatus;
	/** The VMs that are known now; none before anybody looked. */
	known(): Vm[];
	hypervisor(): Promise<HypervisorStatus>;
	reconnect(): Promise<HypervisorStatus>;
	templates(): Promise<VmTemplate[]>;
	hostDevices(): Promise<HostDevice[]>;
	list(): Promise<Vm[]>;
	get(vm: string): Promise<VmDetail>;
	create(request: CreateVmRequest, actor: string): Promise<{ taskId: string; uuid: string }>;
	start(request: z.output<typeof startVmRequest>, actor: string): Started;
	stop(request: z.output<typeof stopVmRequest>, actor: string): Started;
	pause: Operation;
	resume: Operation;
	reboot: Operation;
	reset: Operation;
	destroy: Operation;
	delete(request: { vm: string; deleteDisks: boolean }, actor: string): Started;
	setAutostart(vm: string, autostart: boolean, actor: string): Promise<Vm>;
	rename(vm: string, name: string, actor: string): Promise<Vm>;
	change(request: ChangeVmRequest, actor: string): Started;
	clone(request: CloneVmRequest, actor: string): Promise<{ taskId: string; uuid: string }>;
	insertIso(request: z.output<typeof insertIsoRequest>, actor: string): Started;
	ejectIso(request: z.output<typeof ejectIsoRequest>, actor: string): Started;
	adopt(vm: string, actor: string): Promise<Vm>;
	release(vm: string, actor: string): Promise<Vm>;
	saveToLibrary(request: SaveVmRequest, actor: string): Started;
	screenshot(request: z.output<typeof screenshotRequest>): Promise<VmScreenshot>;
	log(vm: string, lines: number): Promise<VmLog>;
	usage(vms: readonly string[], signal?: AbortSignal): AsyncGenerator<VmUsage[], void>;
	snapshotWays(vm: string): Promise<SnapshotWay[]>;
	listSnapshots(vm: string): Promise<VmSnapshot[]>;
	createSnapshot(request: z.output<typeof createVmSnapshotRequest>, actor: string): Started;
	revertSnapshot(vm: string, snapshot: string, actor: string): Started;
	deleteSnapshot(request: z.output<typeof deleteVmSnapshotRequest>, actor: string): Started;
}
