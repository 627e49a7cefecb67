/**
 * Flags of libvirt's calls, to be combined with `|`. Only those that mean something to a caller of this client; any other
 * number that libvirt knows may be passed as well.
 */

/** Which domains are listed; 0 is all. */
export const ListDomains = {
	active: 1,
	inactive: 2,
	persistent: 4,
	transient: 8,
	running: 16,
	paused: 32,
	shutoff: 64,
	managedSave: 256,
	autostart: 1024,
	hasSnapshot: 4096,
} as const;

export const CreateDomain = { paused: 1, forceBoot: 8, resetNvram: 32 } as const;
export const DefineDomain = { validate: 1 } as const;
export const UndefineDomain = {
	managedSave: 1,
	snapshotsMetadata: 2,
	nvram: 4,
	keepNvram: 8,
	checkpointsMetadata: 16,
	tpm: 32,
	keepTpm: 64,
} as const;
export const ShutdownDomain = { default: 0, acpi: 1, agent: 2 } as const;
export const RebootDomain = { default: 0, acpi: 1, agent: 2 } as const;
/** `graceful` fails when the process does not end by a polite signal. */
export const DestroyDomain = { default: 0, graceful: 1 } as const;
/** `secure` includes passwords, `inactive` is what the next start will use. */
export const DomainXml = { default: 0, secure: 1, inactive: 2 } as const;
/** What a change is for: what is the case now, the running machine, the next start, or both together (`live | config`). */
export const Affect = { current: 0, live: 1, config: 2 } as const;
/** Goes with `Affect`: the most that a machine may have. */
export const MaximumVcpus = 4;
export const MaximumMemory = 4;
export const MetadataType = { description: 0, title: 1, element: 2 } as const;

export const CreateSnapshot = {
	redefine: 1,
	current: 2,
	noMetadata: 4,
	halt: 8,
	diskOnly: 16,
	reuseExternal: 32,
	quiesce: 64,
	atomic: 128,
	live: 256,
	validate: 512,
} as const;
export const RevertSnapshot = { running: 1, paused: 2, force: 4, resetNvram: 8 } as const;
export const DeleteSnapshot = { children: 1, metadataOnly: 2, childrenOnly: 4 } as const;

/** Groups of statistics; 0 is all of them. */
export const Stats = {
	state: 1,
	cpu: 2,
	balloon: 4,
	vcpu: 8,
	interface: 16,
	block: 32,
	perf: 64,
	iothread: 128,
	memory: 256,
	dirtyRate: 512,
	vm: 1024,
} as const;
/** Flags of the statistics call, next to those of `ListDomains`. `noWait` gives less instead of waiting for a busy machine. */
export const StatsFlags = { noWait: 1 << 29, backing: 1 << 30 } as const;

/** Where addresses of interfaces come from: libvirt's own DHCP, the guest's agent, the host's ARP table. */
export const AddressSource = { lease: 0, agent: 1, arp: 2 } as const;
/** `force` takes the console from whoever holds it, `safe` refuses a driver that cannot lock it. */
export const OpenConsole = { default: 0, force: 1, safe: 2 } as const;
export const KeyCodes = {
	linux: 0,
	xt: 1,
	atSet1: 2,
	atSet2: 3,
	atSet3: 4,
	osx: 5,
	xtKbd: 6,
	usb: 7,
	win32: 8,
	qnum: 9,
} as const;

export const CreateVolume = { preallocateMetadata: 1, reflink: 2 } as const;
export const ResizeVolume = { allocate: 1, delta: 2, shrink: 4 } as const;
export const DeletePool = { normal: 0, zeroed: 1 } as const;
export const CreatePool = { normal: 0, withBuild: 1, withBuildOverwrite: 2, withBuildNoOverwrite: 4 } as const;

/** `bytes`: the size is in bytes and not in KiB. `capacity`: the size of a raw device (libvirt >= 9.1). */
export const BlockResize = { bytes: 1, capacity: 2 } as const;
export const BlockCommit = { shallow: 1, delete: 2, active: 4, relative: 8, bandwidthBytes: 16 } as const;
export const BlockJobAbort = { async: 1, pivot: 2 } as const;

export const GuestInfo = {
	users: 1,
	os: 2,
	timezone: 4,
	hostname: 8,
	fileSystems: 16,
	disks: 32,
	interfaces: 64,
} as const;
/** How long an agent command waits; any number above 0 is seconds. */
export const AgentTimeout = { block: -2, default: -1, noWait: 0 } as const;
/** `hmp`: the command is of the human monitor and not JSON. */
export const MonitorCommand = { qmp: 0, hmp: 1 } as const;

/** Which host devices are listed; 0 is all. */
export const ListNodeDevices = {
	system: 1,
	pci: 2,
	usb: 4,
	usbInterface: 8,
	net: 16,
	scsiHost: 32,
	storage: 256,
} as const;
