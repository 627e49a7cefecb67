import { eventIterator } from "@orpc/contract";
import { z } from "zod";
import { hostDevice, hypervisorStatus, vmTemplate } from "./hypervisor.ts";
import { base, nothing, started } from "./procedure.ts";
import {
	autostartVmRequest,
	changeVmRequest,
	cloneVmRequest,
	createVmRequest,
	createVmSnapshotRequest,
	deleteVmRequest,
	deleteVmSnapshotRequest,
	ejectIsoRequest,
	insertIsoRequest,
	renameVmRequest,
	saveVmRequest,
	screenshotRequest,
	startVmRequest,
	stopVmRequest,
	vmLogRequest,
	vmSnapshotTarget,
	vmTarget,
	vmUsageRequest,
} from "./vm-requests.ts";
import { snapshotWay, vmSnapshot } from "./vm-snapshots.ts";
import { vm, vmDetail, vmLog, vmScreenshot, vmUsage } from "./vms.ts";

/** The procedures of virtual machines. */
export const vmContract = {
	/** Connects when nobody has yet. Never fails: what is wrong is in the answer. */
	hypervisor: base.input(nothing).output(hypervisorStatus),
	/** Looks for libvirt again, now. */
	reconnect: base.input(nothing).output(hypervisorStatus),
	/** What can be made here. */
	templates: base.input(nothing).output(z.array(vmTemplate)),
	hostDevices: base.input(nothing).output(z.array(hostDevice)),
	/** All, other tools' too. Whoever asked once is told of every change by `changes.watch`. */
	list: base.input(nothing).output(z.array(vm)),
	get: base.input(vmTarget).output(vmDetail),
	create: base.input(createVmRequest).output(started.extend({ uuid: z.string() })),
	start: base.input(startVmRequest).output(started),
	/** Asks the guest's agent, then by ACPI, then cuts its power. */
	stop: base.input(stopVmRequest).output(started),
	pause: base.input(vmTarget).output(started),
	resume: base.input(vmTarget).output(started),
	/** Asks the guest to. */
	reboot: base.input(vmTarget).output(started),
	/** As the button of a machine does, without asking. */
	reset: base.input(vmTarget).output(started),
	/** Cuts its power. The VM itself stays. */
	destroy: base.input(vmTarget).output(started),
	/** Removes the VM with its firmware's variables, its TPM's state and its snapshots. */
	delete: base.input(deleteVmRequest).output(started),
	setAutostart: base.input(autostartVmRequest).output(vm),
	/** Of a stopped VM. */
	rename: base.input(renameVmRequest).output(vm),
	change: base.input(changeVmRequest).output(started),
	clone: base.input(cloneVmRequest).output(started.extend({ uuid: z.string() })),
	insertIso: base.input(insertIsoRequest).output(started),
	ejectIso: base.input(ejectIsoRequest).output(started),
	/** Lets Homerange change a VM that another tool made. */
	adopt: base.input(vmTarget).output(vm),
	/** Takes that back; the VM stays as it is. */
	release: base.input(vmTarget).output(vm),
	saveToLibrary: base.input(saveVmRequest).output(started),
	screenshot: base.input(screenshotRequest).output(vmScreenshot),
	log: base.input(vmLogRequest).output(vmLog),
	/** Samples while somebody iterates. */
	usage: base.input(vmUsageRequest).output(eventIterator(z.array(vmUsage))),
	snapshots: {
		/** Which ways there are to take one of this VM as it is now, and why not the others. */
		ways: base.input(vmTarget).output(z.array(snapshotWay)),
		list: base.input(vmTarget).output(z.array(vmSnapshot)),
		create: base.input(createVmSnapshotRequest).output(started),
		/** What the VM wrote since is lost. */
		revert: base.input(vmSnapshotTarget).output(started),
		delete: base.input(deleteVmSnapshotRequest).output(started),
	},
};
