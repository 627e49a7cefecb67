import { amount, charArray, flag, int, list, optional, string, struct, uint } from "../xdr/codec.ts";
import { command, procedure, query } from "./procedure.ts";
import { nodeStat } from "./structs.ts";

export const getInfo = query(
	6,
	"NODE_GET_INFO",
	struct({
		model: charArray(32),
		memoryKiB: amount,
		cpus: int,
		mhz: int,
		nodes: int,
		sockets: int,
		cores: int,
		threads: int,
	}),
);
export const getFreeMemory = query(102, "NODE_GET_FREE_MEMORY", struct({ bytes: amount }));
const stats = struct({ stats: list(nodeStat, 1024), count: int });
/** Both are asked twice: with room for none they say how many there are. */
export const getMemoryStats = procedure(
	228,
	"NODE_GET_MEMORY_STATS",
	struct({ room: int, cell: int, flags: uint }),
	stats,
);
export const getCpuStats = procedure(227, "NODE_GET_CPU_STATS", struct({ cpu: int, room: int, flags: uint }), stats);
export const getCapabilities = query(7, "CONNECT_GET_CAPABILITIES", struct({ xml: string }));
export const getDomainCapabilities = procedure(
	342,
	"CONNECT_GET_DOMAIN_CAPABILITIES",
	struct({
		emulator: optional(string),
		arch: optional(string),
		machine: optional(string),
		virtType: optional(string),
		flags: uint,
	}),
	struct({ xml: string }),
);

const device = struct({ name: string });
export const listDevices = procedure(
	285,
	"CONNECT_LIST_ALL_NODE_DEVICES",
	struct({ needResults: flag, flags: uint }),
	struct({ devices: list(device), count: uint }),
);
export const getDeviceXml = procedure(
	114,
	"NODE_DEVICE_GET_XML_DESC",
	struct({ name: string, flags: uint }),
	struct({ xml: string }),
);
export const detachDevice = command(
	301,
	"NODE_DEVICE_DETACH_FLAGS",
	struct({ name: string, driver: optional(string), flags: uint }),
);
export const reattachDevice = command(119, "NODE_DEVICE_RE_ATTACH", device);
