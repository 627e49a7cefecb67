import { z } from "zod";
import { osFamily } from "./library.ts";
import { vmSnapshot } from "./vm-snapshots.ts";

/**
 * `stopping`: the guest was asked to shut down and does. `suspended`: the guest sleeps by itself.
 * `crashed`: the guest's kernel gave up. `unknown`: the hypervisor does not say.
 */
export const vmState = z.enum(["running", "paused", "stopping", "stopped", "crashed", "suspended", "unknown"]);
export type VmState = z.infer<typeof vmState>;

/** A VM by its name or its UUID. */
export const vmRef = z.string().min(1).max(1024);

/** Whose a VM is when it is ours: one that stands alone, or a machine of a range, which the range looks after. */
export const vmOwner = z.discriminatedUnion("kind", [
	z.object({ kind: z.literal("standalone") }),
	z.object({ kind: z.literal("range"), rangeId: z.string(), range: z.string(), machine: z.string() }),
]);
export type VmOwner = z.infer<typeof vmOwner>;

export const vmConsole = z.enum(["vnc", "serial"]);
export type VmConsole = z.infer<typeof vmConsole>;

/** A virtual machine of the hypervisor, whoever made it. */
export const vm = z.object({
	uuid: z.string(),
	name: z.string(),
	title: z.string().nullable(),
	state: vmState,
	/** Why it is in this state, when that says more than the state: "the disk is full". */
	reason: z.string().nullable(),
	type: osFamily,
	/** Allocated, not a limit: the guest has as much, whether it uses it or not. */
	memoryBytes: z.number(),
	vcpus: z.number(),
	autostart: z.boolean(),
	/** False for one that is forgotten when it stops. */
	persistent: z.boolean(),
	/** Ours: made or adopted here. Others are shown, and never changed. */
	managed: z.boolean(),
	/** Null for one that is not ours. */
	owner: vmOwner.nullable(),
	/** Addresses without a prefix length, IPv4 first; empty while the guest has none or nobody knows it. */
	addresses: z.array(z.string()),
	consoles: z.array(vmConsole),
	/** "kvm", "hvf", "qemu", or another word of libvirt's. */
	virtType: z.string(),
	/** Its memory lies in a file, and its next start goes on from there. */
	hasSavedState: z.boolean(),
	/** Name of the VM template it was made from; null for others. */
	template: z.string().nullable(),
});
export type Vm = z.infer<typeof vm>;

export const vmDisk = z.object({
	/** "vda": what the disk is called in every request. */
	target: z.string(),
	bus: z.string(),
	/** "qcow2", "raw", …; null when nobody says it. */
	format: z.string().nullable(),
	/** Its file or device on the host; null for a kind without one. */
	source: z.string().nullable(),
	/** Bytes that the guest sees, and bytes on the host's disk; null when they cannot be read. */
	capacityBytes: z.number().nullable(),
	allocationBytes: z.number().nullable(),
	/** The files below a linked clone or a snapshot, the nearest first. */
	backing: z.array(z.string()),
	/** Lies in our pool: a delete with its disks removes it. */
	ours: z.boolean(),
	readOnly: z.boolean(),
	shared: z.boolean(),
});
export type VmDisk = z.infer<typeof vmDisk>;

export const vmCdrom = z.object({
	target: z.string(),
	bus: z.string(),
	/** The ISO in it; null when it is empty. */
	source: z.string().nullable(),
	/** Made by us for the guest's first start: cloud-init's seed, or an answer file. */
	seed: z.boolean(),
});
export type VmCdrom = z.infer<typeof vmCdrom>;

export const vmNic = z.object({
	mac: z.string(),
	/** `user`: behind QEMU's own NAT. `network`: one of libvirt's. `bridge`: a bridge of the host. */
	kind: z.enum(["user", "network", "bridge", "other"]),
	/** Name of the network or the bridge. */
	source: z.string().nullable(),
	model: z.string().nullable(),
	/** The host's device of a running VM. */
	device: z.string().nullable(),
	addresses: z.array(z.string()),
});
export type VmNic = z.infer<typeof vmNic>;

export const vmGraphics = z.object({
	kind: z.string(),
	/** Where it listens: a socket of the host's file system, or an address and a port. */
	listen: z.string().nullable(),
	/** Whether the window can show it. */
	usable: z.boolean(),
	reason: z.string().nullable(),
});
export type VmGraphics = z.infer<typeof vmGraphics>;

export const vmDetail = vm.extend({
	description: z.string().nullable(),
	machine: z.string().nullable(),
	architecture: z.string().nullable(),
	firmware: z.enum(["bios", "uefi", "uefi-secure"]),
	tpm: z.boolean(),
	/** A guest agent answers: a stop, addresses and a readiness probe go by it. */
	agent: z.boolean(),
	disks: z.array(vmDisk),
	cdroms: z.array(vmCdrom),
	nics: z.array(vmNic),
	graphics: z.array(vmGraphics),
	snapshots: z.array(vmSnapshot),
	/** The definition as libvirt gives it: of the next start, and of now when it runs. Without secrets. */
	xml: z.string(),
	liveXml: z.string().nullable(),
	/** Changes of a running VM that wait for its next start, each in a sentence. */
	waiting: z.array(z.string()),
	/** What a person should know: slow without KVM, parts we do not understand, and what waits. */
	warnings: z.array(z.string()),
});
export type VmDetail = z.infer<typeof vmDetail>;

/** What a running VM uses, over the time since the sample before. */
export const vmUsage = z.object({
	uuid: z.string(),
	at: z.string(),
	/** 100 is one whole processor of the host; null in the first sample. */
	cpuPercent: z.number().nullable(),
	/** What the host gave it and what of that the guest uses; null when the guest does not tell. */
	memoryBytes: z.number().nullable(),
	memoryUsedBytes: z.number().nullable(),
	readBytesPerSecond: z.number().nullable(),
	writeBytesPerSecond: z.number().nullable(),
	receiveBytesPerSecond: z.number().nullable(),
	sendBytesPerSecond: z.number().nullable(),
});
export type VmUsage = z.infer<typeof vmUsage>;

/** A picture of a VM's screen. */
export const vmScreenshot = z.object({
	mime: z.literal("image/png"),
	base64: z.string(),
	width: z.number(),
	height: z.number(),
	takenAt: z.string(),
});
export type VmScreenshot = z.infer<typeof vmScreenshot>;

/** The end of what a VM wrote on its serial line. Bytes of a guest: to be shown, never to be trusted. */
export const vmLog = z.object({
	text: z.string(),
	/** Where it comes from: the log file that libvirt keeps, or what the engine heard since it looks. */
	source: z.enum(["file", "memory"]),
	/** True when there was more than is here. */
	truncated: z.boolean(),
});
export type VmLog = z.infer<typeof vmLog>;
