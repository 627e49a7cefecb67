/** What others may use of the libvirt client. See README.md. */
export type { BlockInfo, BlockJobInfo } from "./client/blocks.ts";
export type { DomainInfo, DomainStats } from "./client/domains.ts";
export type {
	DomainBlockJob,
	DomainDiskChange,
	DomainIoError,
	DomainLifecycle,
	EventName,
	Events,
} from "./client/events.ts";
export type { GuestFileSystem } from "./client/guests.ts";
export type { InterfaceAddresses } from "./client/interfaces.ts";
export { LibvirtConnection } from "./client/libvirt-connection.ts";
export type { DhcpLease, NetworkChange } from "./client/networks.ts";
export type { DomainCapabilitiesQuery, NodeInfo } from "./client/node.ts";
export { type OpenLibvirtOptions, openLibvirt } from "./client/open-libvirt.ts";
export type { PoolInfo } from "./client/pools.ts";
export { type LibvirtStatus, ReconnectingLibvirt, type ReconnectOptions } from "./client/reconnecting-libvirt.ts";
export type { TransferOptions, VolumeInfo } from "./client/volumes.ts";
export type { CallOptions, Unsubscribe } from "./connection/rpc-connection.ts";
export { type Endpoints, findEndpoints, hostSurroundings, socketFolder } from "./discovery.ts";
export * from "./errors.ts";
export * from "./flags.ts";
export type {
	AddressType,
	AgentState,
	BlockJob,
	BlockJobStatus,
	DomainEvent,
	DomainState,
	IoErrorAction,
	NetworkEvent,
	PoolEvent,
	PoolState,
	VolumeType,
} from "./names.ts";
export { versionText } from "./names.ts";
export type {
	Domain,
	Network,
	Parameters,
	ParameterValue,
	Snapshot,
	StoragePool,
	Volume,
} from "./protocol/structs.ts";
export { type LibvirtAddress, parseUri } from "./uri.ts";
