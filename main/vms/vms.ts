import { HomerangeError } from "../../contract/errors.ts";
import type { HypervisorStatus } from "../../contract/index.ts";
import type { VmService } from "../rpc/vm-service.ts";

const status: HypervisorStatus = {
	state: "off",
	uri: null,
	libvirtVersion: null,
	qemuVersion: null,
	reason: "This build cannot connect to libvirt yet.",
	remedy: null,
	host: null,
};

async function unavailable(): Promise<never> {
	throw new HomerangeError("HYPERVISOR_UNAVAILABLE", "This build cannot connect to libvirt yet.");
}

/** The virtual machines of the hypervisor. */
export const unavailableVms: VmService = {
	status: () => status,
	known: () => [],
	hypervisor: async () => status,
	reconnect: async () => status,
	templates: async () => [],
	hostDevices: async () => [],
	list: unavailable,
	get: unavailable,
	create: unavailable,
	start: unavailable,
	stop: unavailable,
	pause: unavailable,
	resume: unavailable,
	reboot: unavailable,
	reset: unavailable,
	destroy: unavailable,
	delete: unavailable,
	setAutostart: unavailable,
	rename: unavailable,
	change: unavailable,
	clone: unavailable,
	insertIso: unavailable,
	ejectIso: unavailable,
	adopt: unavailable,
	release: unavailable,
	saveToLibrary: unavailable,
	screenshot: unavailable,
	log: unavailable,
	// biome-ignore lint/correctness/useYield: there is nothing to sample
	async *usage() {
		await unavailable();
	},
	snapshotWays: unavailable,
	listSnapshots: unavailable,
	createSnapshot: unavailable,
	revertSnapshot: unavailable,
	deleteSnapshot: unavailable,
};
