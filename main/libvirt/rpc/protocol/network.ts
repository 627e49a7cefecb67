import { flag, int, list, optional, string, struct, uint } from "../xdr/codec.ts";
import { command, procedure } from "./procedure.ts";
import { dhcpLease, network, uuid } from "./structs.ts";

const one = struct({ network });

export const listAll = procedure(
	283,
	"CONNECT_LIST_ALL_NETWORKS",
	struct({ needResults: flag, flags: uint }),
	struct({ networks: list(network), count: uint }),
);
export const lookupByName = procedure(46, "NETWORK_LOOKUP_BY_NAME", struct({ name: string }), one);
export const lookupByUuid = procedure(47, "NETWORK_LOOKUP_BY_UUID", struct({ uuid }), one);
export const defineXml = procedure(41, "NETWORK_DEFINE_XML", struct({ xml: string }), one);
export const createXml = procedure(40, "NETWORK_CREATE_XML", struct({ xml: string }), one, { slow: true });
export const create = command(39, "NETWORK_CREATE", one, { slow: true });
export const destroy = command(42, "NETWORK_DESTROY", one);
export const undefine = command(49, "NETWORK_UNDEFINE", one);
export const getXml = procedure(43, "NETWORK_GET_XML_DESC", struct({ network, flags: uint }), struct({ xml: string }));
export const getAutostart = procedure(44, "NETWORK_GET_AUTOSTART", one, struct({ autostart: flag }));
export const setAutostart = command(48, "NETWORK_SET_AUTOSTART", struct({ network, autostart: flag }));
export const getBridge = procedure(45, "NETWORK_GET_BRIDGE_NAME", one, struct({ name: string }));
export const isActive = procedure(152, "NETWORK_IS_ACTIVE", one, struct({ active: flag }));
export const update = command(
	291,
	"NETWORK_UPDATE",
	struct({ network, command: uint, section: uint, parentIndex: int, xml: string, flags: uint }),
);
export const getLeases = procedure(
	341,
	"NETWORK_GET_DHCP_LEASES",
	struct({ network, mac: optional(string), needResults: flag, flags: uint }),
	struct({ leases: list(dhcpLease), count: uint }),
);
