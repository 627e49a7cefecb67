import { z } from "zod";
import { osFamily } from "./library.ts";

/** Where libvirt is looked for: by itself (the system's daemon, else the person's own), at one address, or nowhere. */
export const libvirtSetting = z.union([
	z.enum(["auto", "off"]),
	z
		.string()
		.max(1024)
		.regex(/^(qemu|test)(\+[a-z0-9]+)?:\/\/[^\s]*$/, "give auto, off, or an address like qemu:///system"),
]);

export const hypervisorState = z.enum([
	/** Nobody has looked yet: the first question about a VM connects. */
	"idle",
	"connecting",
	"connected",
	/** The connection broke, or the daemon ended: it is tried again by itself. */
	"lost",
	/** There is no libvirt on this machine, or its daemon does not run. */
	"absent",
	/** It is there and does not let us in. */
	"refused",
	/** The settings say that it is not to be used. */
	"off",
]);
export type HypervisorState = z.infer<typeof hypervisorState>;

/** Something a VM may need of this host: whether it is there and, when not, why and what helps. */
export const hostAbility = z.object({
	available: z.boolean(),
	reason: z.string().nullable(),
	remedy: z.string().nullable(),
});
export type HostAbility = z.infer<typeof hostAbility>;

/** A network of libvirt's own that a VM can be plugged into. */
export const hostNetwork = z.object({
	name: z.string(),
	active: z.boolean(),
	/** Its bridge on the host; null for one without. */
	bridge: z.string().nullable(),
});
export type HostNetwork = z.infer<typeof hostNetwork>;

export const hypervisorHost = z.object({
	/** As libvirt names it: "x86_64". */
	architecture: z.string(),
	cpus: z.number(),
	memoryBytes: z.number(),
	/** `kvm` and `hvf` run guests at the speed of the machine; `qemu` computes them, which is many times slower. */
	virtType: z.enum(["kvm", "hvf", "qemu"]),
	/** The daemon of the whole machine, or the person's own, which can make no networks and use no bridge of its own. */
	scope: z.enum(["system", "session"]),
	abilities: z.object({
		acceleration: hostAbility,
		/** UEFI at all, and with secure boot. */
		uefi: hostAbility,
		secureBoot: hostAbility,
		tpm: hostAbility,
		networks: hostAbility,
		passthrough: hostAbility,
	}),
	networks: z.array(hostNetwork),
});
export type HypervisorHost = z.infer<typeof hypervisorHost>;

export const hypervisorStatus = z.object({
	state: hypervisorState,
	/** "qemu:///system"; null before anything was found. */
	uri: z.string().nullable(),
	/** "9.0.0", and QEMU's "7.2.22". */
	libvirtVersion: z.string().nullable(),
	qemuVersion: z.string().nullable(),
	/** Why it is not connected, in a sentence, and what helps; null when it is. */
	reason: z.string().nullable(),
	remedy: z.string().nullable(),
	/** Set when it is connected. */
	host: hypervisorHost.nullable(),
});
export type HypervisorStatus = z.infer<typeof hypervisorStatus>;

/** A kind of VM that can be made here, with what a new one of it gets unless it is told otherwise. */
export const vmTemplate = z.object({
	name: z.string(),
	title: z.string(),
	description: z.string(),
	type: osFamily,
	defaults: z.object({
		memoryBytes: z.number(),
		cpus: z.number(),
		diskBytes: z.number(),
	}),
	/** True for one whose guest is set up by cloud-init, and for one whose installer takes an answer file. */
	cloudInit: z.boolean(),
	unattended: z.boolean(),
	/** Takes PCI devices of the host. */
	passthrough: z.boolean(),
	/** Whether this host can run it at all. */
	available: z.boolean(),
	reason: z.string().nullable(),
	remedy: z.string().nullable(),
	/** What a person should know before: slow without KVM, a licence, media that only they can bring. */
	warnings: z.array(z.string()),
});
export type VmTemplate = z.infer<typeof vmTemplate>;

/** A PCI device that could be handed to a VM. */
export const hostDevice = z.object({
	/** "0000:01:00.0". */
	address: z.string(),
	title: z.string(),
	/** "display", "network", "audio", "storage", "usb", "bridge" or "other". */
	category: z.string(),
	driver: z.string().nullable(),
	/** Devices of one group can only be handed over together; null without an IOMMU. */
	iommuGroup: z.number().nullable(),
	/** Addresses of the others of its group. */
	groupMembers: z.array(z.string()),
	usable: z.boolean(),
	/** Why it cannot be, or what to mind; null when nothing. */
	reason: z.string().nullable(),
});
export type HostDevice = z.infer<typeof hostDevice>;
