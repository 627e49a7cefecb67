import { z } from "zod";
import { isXmlText } from "./xml/escape.ts";

const text = (limit: number) => z.string().max(limit).refine(isXmlText, "Control characters cannot stand here.");

/** A path as libvirt takes it: absolute, of this host. */
export const absolutePath = text(4096).regex(/^\//, "Give an absolute path.");

/**
 * A domain's name is the name of files of libvirt's: NAME.xml, NAME_VARS.fd, NAME.log. A file's name has at most
 * 255 bytes.
 */
export const domainName = text(240)
	.min(1, "A virtual machine has a name.")
	.refine((name) => Buffer.byteLength(name) <= 240, "The name is too long: it has more than 240 bytes.")
	.refine((name) => !/[/\n\r\t]/.test(name), "A slash, a tabulator or a line break cannot stand in the name.")
	.refine((name) => name.trim() === name && name !== "." && name !== "..", "The name is blank or only dots.");

/**
 * A network card's own address. libvirt refuses group addresses, and keeps those that begin with fe for its own ends
 * of the cable.
 */
export const domainMac = z
	.string()
	.regex(/^[0-9a-f]{2}(:[0-9a-f]{2}){5}$/i, "Write the address as six pairs of hexadecimal digits, 52:54:00:12:34:56.")
	.refine((mac) => (Number.parseInt(mac.slice(0, 2), 16) & 1) === 0, "This is the address of a group, not of a card.")
	.refine((mac) => !/^fe/i.test(mac), "libvirt keeps addresses that begin with fe for itself.")
	.transform((mac) => mac.toLowerCase());

export const diskBus = z.enum(["virtio", "sata", "scsi", "usb"]);
export type DiskBus = z.infer<typeof diskBus>;
const bootOrder = z.number().int().min(1).max(99);

export const diskVariable = z.strictObject({
	path: absolutePath,
	format: z.enum(["qcow2", "raw"]),
	/** Absent: what the template says is best. */
	bus: diskBus.optional(),
	/** When no device has one: disks in their order, then CD-ROMs. */
	bootOrder: bootOrder.optional(),
	readonly: z.boolean().default(false),
	/** What the guest reads as the disk's serial number. */
	serial: z
		.string()
		.regex(/^[A-Za-z0-9_-]{1,20}$/, "Use at most 20 letters, digits, hyphens and underscores.")
		.nullish(),
});
export type DiskVariable = z.input<typeof diskVariable>;

export const cdromVariable = z.strictObject({
	/** Null: an empty drive. */
	path: absolutePath.nullable(),
	bootOrder: bootOrder.optional(),
});
export type CdromVariable = z.input<typeof cdromVariable>;

export const nicModel = z.enum(["virtio", "e1000e", "e1000", "rtl8139", "vmxnet3"]);
export type NicModel = z.infer<typeof nicModel>;
const nicCommon = {
	mac: domainMac,
	/** Absent: what the template says is best. */
	model: nicModel.optional(),
	/** False: the cable is pulled. */
	isConnected: z.boolean().default(true),
};
export const nicVariable = z.discriminatedUnion("kind", [
	z.strictObject({
		kind: z.literal("bridge"),
		/** Name of a bridge of the host; Linux allows 15 bytes. */
		source: z.string().regex(/^[^\s/:]{1,15}$/, "This is not the name of a network interface."),
		...nicCommon,
	}),
	/** A tap of this name, which whoever starts the domain plugs in somewhere. */
	z.strictObject({
		kind: z.literal("tap"),
		source: z.string().regex(/^[a-z][a-z0-9_.-]{0,14}$/, "This is not the name of a network interface."),
		...nicCommon,
	}),
	/** A network of libvirt. */
	z.strictObject({ kind: z.literal("network"), source: text(200).min(1), ...nicCommon }),
	/** Traffic as the user who runs QEMU, no bridge and no privilege needed. */
	z.strictObject({ kind: z.literal("user"), source: z.null().optional(), ...nicCommon }),
]);
export type NicVariable = z.input<typeof nicVariable>;

export const pciAddress = z.strictObject({
	domain: z.number().int().min(0).max(0xffffffff),
	bus: z.number().int().min(0).max(0xff),
	slot: z.number().int().min(0).max(0x1f),
	function: z.number().int().min(0).max(7),
});
export type PciAddress = z.infer<typeof pciAddress>;
export const hostdevVariable = pciAddress.extend({ rom: absolutePath.nullish() });
export type HostdevVariable = z.input<typeof hostdevVariable>;

const ownerText = text(200).min(1);
/** Whose a domain is. Written into the domain itself, so that it is known when the database is gone. */
export const domainOwner = z.strictObject({
	/** The installation that made it, as in the label io.homerange.owner of containers. */
	installation: ownerText,
	kind: z.enum(["standalone", "range"]),
	/** Ids of the range and its machine; null for a standalone one. */
	range: ownerText.nullable().default(null),
	machine: ownerText.nullable().default(null),
	template: ownerText.nullable().default(null),
});
export type DomainOwner = z.output<typeof domainOwner>;

export const vncVariable = z.discriminatedUnion("kind", [
	/** A unix socket. Path absent: libvirt chooses one in the domain's own folder. */
	z.strictObject({ kind: z.literal("socket"), path: absolutePath.nullish() }),
	/** A port of 127.0.0.1, for daemons whose sockets this user may not open. VNC cuts passwords after 8 characters. */
	z.strictObject({ kind: z.literal("loopback"), password: text(8).min(1) }),
]);
export type VncVariable = z.input<typeof vncVariable>;

export const firmware = z.enum(["bios", "efi", "efi-secure"]);
export type Firmware = z.infer<typeof firmware>;

/** Everything that a domain is made from. An unknown name is an error, like in a template. */
export const domainVariables = z.strictObject({
	name: domainName,
	uuid: z.uuid().transform((uuid) => uuid.toLowerCase()),
	title: text(500)
		.refine((title) => !/[\n\r]/.test(title), "A line break cannot stand in the title.")
		.nullish(),
	memoryBytes: z
		.number()
		.int()
		.min(1024 * 1024)
		.max(2 ** 50),
	vcpus: z.number().int().min(1).max(1024),
	disks: z.array(diskVariable).max(20).default([]),
	cdroms: z.array(cdromVariable).max(4).default([]),
	nics: z.array(nicVariable).max(16).default([]),
	/** Absent: what the template says is best on this host. */
	firmware: firmware.optional(),
	tpm: z.boolean().optional(),
	vnc: vncVariable.nullable().default({ kind: "socket" }),
	/** A file that gets all output of the first serial port; null: the output is only there while a console is open. */
	serialLog: absolutePath.nullable().default(null),
	/** The channel of QEMU's guest agent. */
	agent: z.boolean().default(true),
	hostdevs: z.array(hostdevVariable).max(16).default([]),
	owner: domainOwner.nullable().default(null),
	/** auto: the host's own processor with KVM or HVF, else the most that emulation can do. */
	cpuMode: z.enum(["auto", "host-passthrough", "host-model", "maximum"]).default("auto"),
	/** What the guest reads as the machine's serial number; "ds=nocloud" makes cloud-init look for its seed at once. */
	smbiosSerial: text(200).min(1).nullish(),
	/** The guest has, or is offered while it installs, the drivers of virtio devices. Always so for Linux. */
	hasVirtioDrivers: z.boolean().default(false),
	/** Hides from the guest that it is virtual; old drivers of graphics cards want this. */
	hidesHypervisor: z.boolean().default(false),
	/** macOS asks its hardware for this text of 64 characters; it is read from the user's own Mac. */
	appleSmcKey: z
		.string()
		.regex(/^[\x21-\x2b\x2d-\x7e]{64}$/, "The key has 64 characters, without blanks and commas.")
		.nullish(),
});
export type DomainVariables = z.input<typeof domainVariables>;
export type CheckedVariables = z.output<typeof domainVariables>;
