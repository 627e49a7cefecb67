import { amount, flag, int, list, string, struct, uint } from "../xdr/codec.ts";
import { command, procedure } from "./procedure.ts";
import { pool, uuid, volume } from "./structs.ts";

const onePool = struct({ pool });
const poolFlags = struct({ pool, flags: uint });
const oneVolume = struct({ volume });
const volumeFlags = struct({ volume, flags: uint });
const slow = { slow: true } as const;

export const listPools = procedure(
	281,
	"CONNECT_LIST_ALL_STORAGE_POOLS",
	struct({ needResults: flag, flags: uint }),
	struct({ pools: list(pool), count: uint }),
);
export const poolByName = procedure(84, "STORAGE_POOL_LOOKUP_BY_NAME", struct({ name: string }), onePool);
export const poolByUuid = procedure(85, "STORAGE_POOL_LOOKUP_BY_UUID", struct({ uuid }), onePool);
export const poolByVolume = procedure(86, "STORAGE_POOL_LOOKUP_BY_VOLUME", oneVolume, onePool);
export const poolByTargetPath = procedure(391, "STORAGE_POOL_LOOKUP_BY_TARGET_PATH", struct({ path: string }), onePool);
export const createPoolXml = procedure(
	76,
	"STORAGE_POOL_CREATE_XML",
	struct({ xml: string, flags: uint }),
	onePool,
	slow,
);
export const definePoolXml = procedure(77, "STORAGE_POOL_DEFINE_XML", struct({ xml: string, flags: uint }), onePool);
export const buildPool = command(79, "STORAGE_POOL_BUILD", poolFlags, slow);
export const createPool = command(78, "STORAGE_POOL_CREATE", poolFlags, slow);
export const destroyPool = command(80, "STORAGE_POOL_DESTROY", onePool);
export const deletePool = command(81, "STORAGE_POOL_DELETE", poolFlags, slow);
export const undefinePool = command(82, "STORAGE_POOL_UNDEFINE", onePool);
export const refreshPool = command(83, "STORAGE_POOL_REFRESH", poolFlags, slow);
export const poolInfo = procedure(
	87,
	"STORAGE_POOL_GET_INFO",
	onePool,
	struct({ state: int, capacity: amount, allocation: amount, available: amount }),
);
export const poolXml = procedure(88, "STORAGE_POOL_GET_XML_DESC", poolFlags, struct({ xml: string }));
export const getPoolAutostart = procedure(89, "STORAGE_POOL_GET_AUTOSTART", onePool, struct({ autostart: flag }));
export const setPoolAutostart = command(90, "STORAGE_POOL_SET_AUTOSTART", struct({ pool, autostart: flag }));

export const listVolumes = procedure(
	282,
	"STORAGE_POOL_LIST_ALL_VOLUMES",
	struct({ pool, needResults: flag, flags: uint }),
	struct({ volumes: list(volume), count: uint }),
);
export const volumeByName = procedure(95, "STORAGE_VOL_LOOKUP_BY_NAME", struct({ pool, name: string }), oneVolume);
export const volumeByKey = procedure(96, "STORAGE_VOL_LOOKUP_BY_KEY", struct({ key: string }), oneVolume);
export const volumeByPath = procedure(97, "STORAGE_VOL_LOOKUP_BY_PATH", struct({ path: string }), oneVolume);
export const createVolume = procedure(
	93,
	"STORAGE_VOL_CREATE_XML",
	struct({ pool, xml: string, flags: uint }),
	oneVolume,
	slow,
);
export const createVolumeFrom = procedure(
	125,
	"STORAGE_VOL_CREATE_XML_FROM",
	struct({ pool, xml: string, source: volume, flags: uint }),
	oneVolume,
	slow,
);
export const deleteVolume = command(94, "STORAGE_VOL_DELETE", volumeFlags, slow);
export const wipeVolume = command(165, "STORAGE_VOL_WIPE", volumeFlags, slow);
export const volumeInfo = procedure(
	98,
	"STORAGE_VOL_GET_INFO",
	oneVolume,
	struct({ type: int, capacity: amount, allocation: amount }),
);
export const volumeXml = procedure(99, "STORAGE_VOL_GET_XML_DESC", volumeFlags, struct({ xml: string }));
export const volumePath = procedure(100, "STORAGE_VOL_GET_PATH", oneVolume, struct({ path: string }));
export const resizeVolume = command(260, "STORAGE_VOL_RESIZE", struct({ volume, capacity: amount, flags: uint }), slow);
const transfer = struct({ volume, offset: amount, length: amount, flags: uint });
export const uploadVolume = command(208, "STORAGE_VOL_UPLOAD", transfer);
export const downloadVolume = command(209, "STORAGE_VOL_DOWNLOAD", transfer);
