import { flag, int, list, string, struct, uint } from "../xdr/codec.ts";
import { command, procedure } from "./procedure.ts";
import { checkpoint, domain, snapshot } from "./structs.ts";

const one = struct({ snapshot });
const withFlags = struct({ snapshot, flags: uint });
const ofDomain = struct({ domain, flags: uint });
const many = struct({ snapshots: list(snapshot), count: int });
const slow = { slow: true } as const;

export const create = procedure(
	185,
	"DOMAIN_SNAPSHOT_CREATE_XML",
	struct({ domain, xml: string, flags: uint }),
	one,
	slow,
);
export const listAll = procedure(
	274,
	"DOMAIN_LIST_ALL_SNAPSHOTS",
	struct({ domain, needResults: flag, flags: uint }),
	many,
);
export const listChildren = procedure(
	275,
	"DOMAIN_SNAPSHOT_LIST_ALL_CHILDREN",
	struct({ snapshot, needResults: flag, flags: uint }),
	many,
);
export const lookupByName = procedure(
	189,
	"DOMAIN_SNAPSHOT_LOOKUP_BY_NAME",
	struct({ domain, name: string, flags: uint }),
	one,
);
export const getXml = procedure(186, "DOMAIN_SNAPSHOT_GET_XML_DESC", withFlags, struct({ xml: string }));
export const current = procedure(191, "DOMAIN_SNAPSHOT_CURRENT", ofDomain, one);
export const hasCurrent = procedure(190, "DOMAIN_HAS_CURRENT_SNAPSHOT", ofDomain, struct({ present: flag }));
export const isCurrent = procedure(271, "DOMAIN_SNAPSHOT_IS_CURRENT", withFlags, struct({ current: flag }));
export const getParent = procedure(244, "DOMAIN_SNAPSHOT_GET_PARENT", withFlags, one);
export const hasMetadata = procedure(272, "DOMAIN_SNAPSHOT_HAS_METADATA", withFlags, struct({ metadata: flag }));
export const revert = command(192, "DOMAIN_REVERT_TO_SNAPSHOT", withFlags, slow);
export const remove = command(193, "DOMAIN_SNAPSHOT_DELETE", withFlags, slow);

export const listCheckpoints = procedure(
	413,
	"DOMAIN_LIST_ALL_CHECKPOINTS",
	struct({ domain, needResults: flag, flags: uint }),
	struct({ checkpoints: list(checkpoint), count: int }),
);
