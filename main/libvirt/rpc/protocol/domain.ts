import { amount, flag, int, list, optional, string, struct, uhyper, uint } from "../xdr/codec.ts";
import { command, procedure } from "./procedure.ts";
import { domain, domainInterface, domainStats, fileSystem, memoryStat, parameters, uuid } from "./structs.ts";

const one = struct({ domain });
const withFlags = struct({ domain, flags: uint });
const xmlText = struct({ xml: string });
const slow = { slow: true } as const;

export const listAll = procedure(
	273,
	"CONNECT_LIST_ALL_DOMAINS",
	struct({ needResults: flag, flags: uint }),
	struct({ domains: list(domain), count: uint }),
);
export const lookupByName = procedure(23, "DOMAIN_LOOKUP_BY_NAME", struct({ name: string }), one);
export const lookupByUuid = procedure(24, "DOMAIN_LOOKUP_BY_UUID", struct({ uuid }), one);
export const lookupById = procedure(22, "DOMAIN_LOOKUP_BY_ID", struct({ id: int }), one);
export const defineXml = procedure(350, "DOMAIN_DEFINE_XML_FLAGS", struct({ xml: string, flags: uint }), one);
export const undefine = command(231, "DOMAIN_UNDEFINE_FLAGS", withFlags);

export const create = procedure(196, "DOMAIN_CREATE_WITH_FLAGS", withFlags, one, slow);
export const createXml = procedure(10, "DOMAIN_CREATE_XML", struct({ xml: string, flags: uint }), one, slow);
/** Slow: with the flag for the agent it waits for the guest. */
export const shutdown = command(258, "DOMAIN_SHUTDOWN_FLAGS", withFlags, slow);
export const reboot = command(27, "DOMAIN_REBOOT", withFlags, slow);
export const reset = command(245, "DOMAIN_RESET", withFlags);
export const destroy = command(234, "DOMAIN_DESTROY_FLAGS", withFlags, slow);
export const suspend = command(34, "DOMAIN_SUSPEND", one);
export const resume = command(28, "DOMAIN_RESUME", one);

export const getXml = procedure(14, "DOMAIN_GET_XML_DESC", withFlags, xmlText);
export const getInfo = procedure(
	16,
	"DOMAIN_GET_INFO",
	one,
	struct({ state: int, maxMemoryKiB: amount, memoryKiB: amount, vcpus: int, cpuTimeNs: uhyper }),
);
export const getState = procedure(212, "DOMAIN_GET_STATE", withFlags, struct({ state: int, reason: int }));
export const getAutostart = procedure(15, "DOMAIN_GET_AUTOSTART", one, struct({ autostart: flag }));
export const setAutostart = command(29, "DOMAIN_SET_AUTOSTART", struct({ domain, autostart: flag }));
export const isPersistent = procedure(151, "DOMAIN_IS_PERSISTENT", one, struct({ persistent: flag }));
export const isActive = procedure(150, "DOMAIN_IS_ACTIVE", one, struct({ active: flag }));
export const rename = procedure(
	358,
	"DOMAIN_RENAME",
	struct({ domain, name: optional(string), flags: uint }),
	struct({ result: int }),
);

export const managedSave = command(182, "DOMAIN_MANAGED_SAVE", withFlags, slow);
export const hasManagedSave = procedure(183, "DOMAIN_HAS_MANAGED_SAVE_IMAGE", withFlags, struct({ present: flag }));
export const managedSaveRemove = command(184, "DOMAIN_MANAGED_SAVE_REMOVE", withFlags);
export const save = command(
	232,
	"DOMAIN_SAVE_FLAGS",
	struct({ domain, to: string, xml: optional(string), flags: uint }),
	slow,
);
export const restore = command(
	233,
	"DOMAIN_RESTORE_FLAGS",
	struct({ from: string, xml: optional(string), flags: uint }),
	slow,
);

export const setMetadata = command(
	264,
	"DOMAIN_SET_METADATA",
	struct({ domain, type: int, metadata: optional(string), key: optional(string), uri: optional(string), flags: uint }),
);
export const getMetadata = procedure(
	265,
	"DOMAIN_GET_METADATA",
	struct({ domain, type: int, uri: optional(string), flags: uint }),
	struct({ metadata: string }),
);
export const getMessages = procedure(426, "DOMAIN_GET_MESSAGES", withFlags, struct({ messages: list(string) }));
export const sendKey = command(
	226,
	"DOMAIN_SEND_KEY",
	struct({ domain, codeset: uint, holdTimeMs: uint, keycodes: list(uint, 16), flags: uint }),
);

export const setVcpus = command(199, "DOMAIN_SET_VCPUS_FLAGS", struct({ domain, vcpus: uint, flags: uint }));
export const setMemory = command(204, "DOMAIN_SET_MEMORY_FLAGS", struct({ domain, memoryKiB: amount, flags: uint }));
const device = struct({ domain, xml: string, flags: uint });
export const attachDevice = command(160, "DOMAIN_ATTACH_DEVICE_FLAGS", device);
export const detachDevice = command(161, "DOMAIN_DETACH_DEVICE_FLAGS", device);
export const updateDevice = command(174, "DOMAIN_UPDATE_DEVICE_FLAGS", device);
export const detachDeviceAlias = command(
	392,
	"DOMAIN_DETACH_DEVICE_ALIAS",
	struct({ domain, alias: string, flags: uint }),
);

export const getJobStats = procedure(298, "DOMAIN_GET_JOB_STATS", withFlags, struct({ type: int, values: parameters }));
export const abortJob = command(164, "DOMAIN_ABORT_JOB", one);

export const getAllStats = procedure(
	344,
	"CONNECT_GET_ALL_DOMAIN_STATS",
	struct({ domains: list(domain), stats: uint, flags: uint }),
	struct({ records: list(domainStats) }),
);
export const memoryStats = procedure(
	159,
	"DOMAIN_MEMORY_STATS",
	struct({ domain, maximum: uint, flags: uint }),
	struct({ stats: list(memoryStat, 1024) }),
);
export const getBlockInfo = procedure(
	194,
	"DOMAIN_GET_BLOCK_INFO",
	struct({ domain, path: string, flags: uint }),
	struct({ allocation: amount, capacity: amount, physical: amount }),
);
export const interfaceAddresses = procedure(
	353,
	"DOMAIN_INTERFACE_ADDRESSES",
	struct({ domain, source: uint, flags: uint }),
	struct({ interfaces: list(domainInterface) }),
);
/** Slow: the one source asks the agent in the guest. The same call as above, over the other connection. */
export const interfaceAddressesOfAgent = { ...interfaceAddresses, slow: true } as const;

export const blockPull = command(
	240,
	"DOMAIN_BLOCK_PULL",
	struct({ domain, path: string, bandwidth: amount, flags: uint }),
);
export const blockCommit = command(
	290,
	"DOMAIN_BLOCK_COMMIT",
	struct({ domain, disk: string, base: optional(string), top: optional(string), bandwidth: amount, flags: uint }),
);
export const blockRebase = command(
	266,
	"DOMAIN_BLOCK_REBASE",
	struct({ domain, path: string, base: optional(string), bandwidth: amount, flags: uint }),
);
export const getBlockJobInfo = procedure(
	238,
	"DOMAIN_GET_BLOCK_JOB_INFO",
	struct({ domain, path: string, flags: uint }),
	struct({ found: flag, type: int, bandwidth: amount, current: amount, end: amount }),
);
export const blockJobAbort = command(
	237,
	"DOMAIN_BLOCK_JOB_ABORT",
	struct({ domain, path: string, flags: uint }),
	slow,
);
export const blockJobSetSpeed = command(
	239,
	"DOMAIN_BLOCK_JOB_SET_SPEED",
	struct({ domain, path: string, bandwidth: amount, flags: uint }),
);
export const blockResize = command(
	251,
	"DOMAIN_BLOCK_RESIZE",
	struct({ domain, disk: string, size: amount, flags: uint }),
);

export const openConsole = command(
	201,
	"DOMAIN_OPEN_CONSOLE",
	struct({ domain, device: optional(string), flags: uint }),
);
export const openChannel = command(296, "DOMAIN_OPEN_CHANNEL", struct({ domain, name: optional(string), flags: uint }));
export const screenshot = procedure(
	211,
	"DOMAIN_SCREENSHOT",
	struct({ domain, screen: uint, flags: uint }),
	struct({ mime: optional(string) }),
);

export const getGuestInfo = procedure(
	418,
	"DOMAIN_GET_GUEST_INFO",
	struct({ domain, types: uint, flags: uint }),
	struct({ values: parameters }),
	slow,
);
export const getFileSystems = procedure(
	349,
	"DOMAIN_GET_FSINFO",
	withFlags,
	struct({ fileSystems: list(fileSystem), count: uint }),
	slow,
);
const mountPoints = struct({ domain, mountPoints: list(string), flags: uint });
const fileSystems = struct({ fileSystems: int });
export const fsFreeze = procedure(335, "DOMAIN_FSFREEZE", mountPoints, fileSystems, slow);
export const fsThaw = procedure(336, "DOMAIN_FSTHAW", mountPoints, fileSystems, slow);
export const getGuestHostname = procedure(277, "DOMAIN_GET_HOSTNAME", withFlags, struct({ hostname: string }), slow);
export const setUserPassword = command(
	357,
	"DOMAIN_SET_USER_PASSWORD",
	struct({ domain, user: optional(string), password: optional(string), flags: uint }),
	slow,
);
export const setAuthorizedKeys = command(
	425,
	"DOMAIN_AUTHORIZED_SSH_KEYS_SET",
	struct({ domain, user: string, keys: list(string), flags: uint }),
	slow,
);
export const setAgentTimeout = procedure(
	420,
	"DOMAIN_AGENT_SET_RESPONSE_TIMEOUT",
	struct({ domain, timeout: int, flags: uint }),
	struct({ result: int }),
);
