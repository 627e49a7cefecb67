import { amount, flag, int, list, optional, string, struct, uint } from "../xdr/codec.ts";
import { command, procedure, query } from "./procedure.ts";

/** Numbers and field orders: libvirt's remote program, from what goes over the wire. */

export const authList = query(66, "AUTH_LIST", struct({ types: list(int, 32) }));
export const authPolkit = query(70, "AUTH_POLKIT", struct({ complete: flag }));
export const AuthType = { none: 0, sasl: 1, polkit: 2 } as const;

export const connectOpen = command(1, "CONNECT_OPEN", struct({ name: optional(string), flags: uint }));
export const connectClose = query(2, "CONNECT_CLOSE", struct({}));
export const supportsFeature = procedure(
	60,
	"CONNECT_SUPPORTS_FEATURE",
	struct({ feature: int }),
	struct({ supported: flag }),
);
/** Asking for it is what makes the daemon ping. */
export const keepAliveFeature = 10;

export const getType = query(3, "CONNECT_GET_TYPE", struct({ type: string }));
export const getVersion = query(4, "CONNECT_GET_VERSION", struct({ version: amount }));
export const getLibVersion = query(157, "CONNECT_GET_LIB_VERSION", struct({ version: amount }));
export const getHostname = query(59, "CONNECT_GET_HOSTNAME", struct({ hostname: string }));
export const getUri = query(110, "CONNECT_GET_URI", struct({ uri: string }));
export const isSecure = query(149, "CONNECT_IS_SECURE", struct({ secure: flag }));
