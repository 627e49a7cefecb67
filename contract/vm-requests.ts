import { z } from "zod";
import { absolutePath, diskName } from "./images.ts";
import { libraryName, osFamily, snapshotRef } from "./library.ts";
import { snapshotMethod, vmSnapshotName } from "./vm-snapshots.ts";
import { vmRef } from "./vms.ts";

const nameBytes = 200;
/** Control characters, and the slash that would name a folder. */
const refusedInName = /[\p{Cc}\p{Bidi_Control}\u2028\u2029/]/u;

/** Name of a VM. Libvirt takes nearly anything; its log files and sockets are named by it, which bounds the bytes. */
export const vmName = z
	.string()
	.refine(
		(name) => name.trim() === name && name !== "" && name !== "." && name !== "..",
		"give a name without spaces around it",
	)
	.refine((name) => !refusedInName.test(name), "a name holds no slash and no control characters")
	.refine((name) => new TextEncoder().encode(name).length <= nameBytes, `a name has at most ${nameBytes} bytes`);

const mebibyte = 1024 ** 2;
export const vmMemory = z
	.number()
	.int()
	.min(16 * mebibyte)
	.max(16 * 1024 ** 4);
export const vmCpus = z.number().int().min(1).max(512);
export const vmDiskSize = z
	.number()
	.int()
	.min(mebibyte)
	.max(64 * 1024 ** 4);
export const vmMac = z
	.string()
	.regex(/^[0-9a-fA-F][02468aceACE](:[0-9a-fA-F]{2}){5}$/, "give a MAC address of one machine, like 52:54:00:12:34:56");

/** Where a network card is plugged in. */
export const vmNicInput = z.discriminatedUnion("kind", [
	/** Behind QEMU's own NAT: outgoing connections only, works everywhere. */
	z.strictObject({ kind: z.literal("user"), mac: vmMac.optional() }),
	z.strictObject({ kind: z.literal("network"), source: z.string().min(1).max(200), mac: vmMac.optional() }),
	z.strictObject({
		kind: z.literal("bridge"),
		source: z.string().regex(/^[A-Za-z0-9._-]{1,15}$/, "give the name of a bridge of this host"),
		mac: vmMac.optional(),
	}),
]);
export type VmNicInput = z.infer<typeof vmNicInput>;

const guestUser = z.string().regex(/^[a-zA-Z_][a-zA-Z0-9_.-]{0,31}$/, "give a user's name of at most 32 characters");
const password = z.string().min(1).max(256);
const hostName = z.string().regex(/^[a-zA-Z0-9]([a-zA-Z0-9-]{0,61}[a-zA-Z0-9])?$/, "give a host name without dots");

/** What cloud-init sets up in a Linux guest at its first start. */
export const cloudInitInput = z.strictObject({
	hostname: hostName.optional(),
	user: guestUser.optional(),
	password: password.optional(),
	sshKeys: z
		.array(z.string().regex(/^[a-z0-9@.-]+ [A-Za-z0-9+/=]+( [^\n\r]*)?$/, "give a public key as in authorized_keys"))
		.max(64)
		.optional(),
	/** Whole user-data in place of the fields above. */
	userData: z
		.string()
		.max(256 * 1024)
		.optional(),
});
export type CloudInitInput = z.infer<typeof cloudInitInput>;

/** What the answer file says to the installer of Windows. */
export const unattendedInput = z.strictObject({
	user: guestUser,
	/** Stands readable in the answer file, which is taken out of the drive once somebody ejects it. */
	password,
	/** The installation accepts Microsoft's terms in the person's name, so the person has to have said so. */
	acceptLicence: z.literal(true, "Microsoft's licence terms have to be accepted for an installation without questions"),
	hostname: hostName.optional(),
	/** "en-US". */
	language: z
		.string()
		.regex(/^[a-zA-Z]{2,3}(-[a-zA-Z0-9]{2,8})*$/)
		.optional(),
	/** Windows' name of it, like "W. Europe Standard Time". */
	timezone: z
		.string()
		.max(80)
		.regex(/^[\p{L}\p{N} .+()-]+$/u)
		.optional(),
	productKey: z
		.string()
		.regex(/^[A-Z0-9]{5}(-[A-Z0-9]{5}){4}$/)
		.optional(),
	/** Name of the edition on the ISO, like "Windows 11 Pro". */
	edition: z
		.string()
		.max(80)
		.regex(/^[\p{L}\p{N} ._()-]+$/u)
		.optional(),
});
export type UnattendedInput = z.infer<typeof unattendedInput>;

/** What is left out comes from the template, and the template from the type. */
export const createVmRequest = z
	.strictObject({
		name: vmName,
		title: z.string().max(200).optional(),
		description: z.string().max(4000).optional(),
		type: osFamily.default("linux"),
		/** Name of a VM template. */
		template: libraryName.optional(),
		memoryBytes: vmMemory.optional(),
		cpus: vmCpus.optional(),
		/** Size of the system disk; 0 for a VM without one. A disk from an image is never smaller than the image. */
		diskBytes: z.union([z.literal(0), vmDiskSize]).optional(),
		/** An installer in the first CD drive. */
		iso: absolutePath.optional(),
		/** The system disk becomes a linked clone of this disk image of the library. */
		image: diskName.optional(),
		/** The same of a VM's snapshot of the library. */
		snapshot: snapshotRef.optional(),
		/** Absent: one card, on libvirt's default network where that is active, else behind QEMU's NAT. */
		nics: z.array(vmNicInput).max(16).optional(),
		firmware: z.enum(["bios", "uefi", "uefi-secure"]).optional(),
		tpm: z.boolean().optional(),
		cloudInit: cloudInitInput.optional(),
		unattended: unattendedInput.optional(),
		/** Drivers for Windows, in the second CD drive. */
		driversIso: absolutePath.optional(),
		/** The boot loader that macOS needs, as a disk image of the library. */
		bootloaderImage: diskName.optional(),
		/** Apple's installer as a disk image of the library; it can be removed once macOS is installed. */
		installerImage: diskName.optional(),
		/** The text of 64 characters that macOS asks its hardware for, read from the person's own Mac. */
		appleSmcKey: z
			.string()
			.regex(/^[\x21-\x2b\x2d-\x7e]{64}$/, "the key has 64 characters, without blanks and commas")
			.optional(),
		/** PCI addresses, for a template that takes devices of the host. */
		hostDevices: z
			.array(z.string().regex(/^[0-9a-f]{4}:[0-9a-f]{2}:[0-9a-f]{2}\.[0-7]$/))
			.max(16)
			.optional(),
		autostart: z.boolean().default(false),
		/** Start it once it is made. */
		start: z.boolean().default(false),
	})
	.refine(
		({ image, snapshot }) => image === undefined || snapshot === undefined,
		"give an image or a snapshot, not both",
	);
export type CreateVmRequest = z.infer<typeof createVmRequest>;

const target = z.string().regex(/^[a-z]{2,3}[a-z]{1,2}$/, "give a disk's target, like vda");

export const vmTarget = z.strictObject({ vm: vmRef });
export const startVmRequest = z.strictObject({
	vm: vmRef,
	/** Leave it paused before its first instruction. */
	paused: z.boolean().default(false),
});
export const stopVmRequest = z.strictObject({
	vm: vmRef,
	/** Cut its power at once, as `destroy` does. */
	force: z.boolean().default(false),
	/** Seconds before a guest that ignores the request has its power cut; absent: 60. 0 waits without an end. */
	graceSeconds: z.number().int().min(0).max(3600).optional(),
});
export const deleteVmRequest = z.strictObject({
	vm: vmRef,
	/** Also its disks that lie in our pool. Files of other places are never removed. */
	deleteDisks: z.boolean().default(false),
});
export const autostartVmRequest = z.strictObject({ vm: vmRef, autostart: z.boolean() });
export const renameVmRequest = z.strictObject({ vm: vmRef, name: vmName });

/** Everything named is changed, in one go; what a running guest cannot take waits for its next start, and the answer says so. */
export const changeVmRequest = z.strictObject({
	vm: vmRef,
	title: z.string().max(200).optional(),
	description: z.string().max(4000).optional(),
	cpus: vmCpus.optional(),
	memoryBytes: vmMemory.optional(),
	addDisks: z
		.array(z.strictObject({ sizeBytes: vmDiskSize.optional(), image: diskName.optional() }))
		.max(16)
		.optional(),
	resizeDisks: z
		.array(z.strictObject({ target, sizeBytes: vmDiskSize }))
		.max(16)
		.optional(),
	/** `deleteFile` removes the disk's file, too, when it lies in our pool. */
	removeDisks: z
		.array(z.strictObject({ target, deleteFile: z.boolean().default(false) }))
		.max(16)
		.optional(),
	addNics: z.array(vmNicInput).max(16).optional(),
	/** Plugs the card with this MAC in elsewhere. */
	moveNics: z
		.array(z.strictObject({ mac: vmMac, to: vmNicInput }))
		.max(16)
		.optional(),
	removeNics: z.array(vmMac).max(16).optional(),
});
export type ChangeVmRequest = z.infer<typeof changeVmRequest>;

export const cloneVmRequest = z.strictObject({
	vm: vmRef,
	name: vmName,
	/** Disks that hold only what the clone writes; the other VM then stands on the same files, read-only. */
	linked: z.boolean().default(false),
	start: z.boolean().default(false),
});
export type CloneVmRequest = z.infer<typeof cloneVmRequest>;

export const insertIsoRequest = z.strictObject({
	vm: vmRef,
	path: absolutePath,
	/** Which drive; absent: the first that holds no seed. */
	target: target.optional(),
});
export const ejectIsoRequest = z.strictObject({ vm: vmRef, target: target.optional() });

export const createVmSnapshotRequest = z.strictObject({
	vm: vmRef,
	name: vmSnapshotName,
	description: z.string().max(4000).default(""),
	/** Absent: the preferred way. */
	method: snapshotMethod.optional(),
});
export const vmSnapshotTarget = z.strictObject({ vm: vmRef, snapshot: z.string().min(1).max(1024) });
export const deleteVmSnapshotRequest = vmSnapshotTarget.extend({
	/** Also all that come after it. */
	children: z.boolean().default(false),
});

export const saveVmRequest = z.strictObject({
	vm: vmRef,
	/** Name of the snapshot in the library. */
	name: libraryName,
	description: z.string().max(4000).optional(),
	tags: z.array(z.string().min(1).max(64)).max(32).optional(),
});
export type SaveVmRequest = z.infer<typeof saveVmRequest>;

export const screenshotRequest = z.strictObject({
	vm: vmRef,
	/** Smaller than the screen: a thumbnail. */
	maxWidth: z.number().int().min(16).max(8192).optional(),
});
export const vmLogRequest = z.strictObject({ vm: vmRef, lines: z.number().int().min(1).max(100_000).default(1000) });
export const vmUsageRequest = z.strictObject({ vms: z.array(vmRef).max(1000) });
