/** A number that this version of the client has no name for is "other". */
function nameOf<const Name extends string>(names: readonly Name[], number: number): Name | "other" {
	return names[number] ?? "other";
}

const domainStates = [
	"nostate",
	"running",
	"blocked",
	"paused",
	"shutdown",
	"shutoff",
	"crashed",
	"pmsuspended",
] as const;
export type DomainState = (typeof domainStates)[number] | "other";
export const domainState = (number: number): DomainState => nameOf(domainStates, number);

const domainEvents = [
	"defined",
	"undefined",
	"started",
	"suspended",
	"resumed",
	"stopped",
	"shutdown",
	"pmsuspended",
	"crashed",
] as const;
export type DomainEvent = (typeof domainEvents)[number] | "other";
export const domainEvent = (number: number): DomainEvent => nameOf(domainEvents, number);

const networkEvents = ["defined", "undefined", "started", "stopped"] as const;
export type NetworkEvent = (typeof networkEvents)[number] | "other";
export const networkEvent = (number: number): NetworkEvent => nameOf(networkEvents, number);

const poolEvents = ["defined", "undefined", "started", "stopped", "created", "deleted"] as const;
export type PoolEvent = (typeof poolEvents)[number] | "other";
export const poolEvent = (number: number): PoolEvent => nameOf(poolEvents, number);

const poolStates = ["inactive", "building", "running", "degraded", "inaccessible"] as const;
export type PoolState = (typeof poolStates)[number] | "other";
export const poolState = (number: number): PoolState => nameOf(poolStates, number);

const volumeTypes = ["file", "block", "dir", "network", "netdir", "ploop"] as const;
export type VolumeType = (typeof volumeTypes)[number] | "other";
export const volumeType = (number: number): VolumeType => nameOf(volumeTypes, number);

const agentStates = ["nostate", "connected", "disconnected"] as const;
export type AgentState = (typeof agentStates)[number] | "other";
export const agentState = (number: number): AgentState => nameOf(agentStates, number);

const blockJobs = ["unknown", "pull", "copy", "commit", "active-commit", "backup"] as const;
export type BlockJob = (typeof blockJobs)[number] | "other";
export const blockJob = (number: number): BlockJob => nameOf(blockJobs, number);

const blockJobStatuses = ["completed", "failed", "canceled", "ready"] as const;
export type BlockJobStatus = (typeof blockJobStatuses)[number] | "other";
export const blockJobStatus = (number: number): BlockJobStatus => nameOf(blockJobStatuses, number);

const ioErrorActions = ["none", "pause", "report"] as const;
export type IoErrorAction = (typeof ioErrorActions)[number] | "other";
export const ioErrorAction = (number: number): IoErrorAction => nameOf(ioErrorActions, number);

const addressTypes = ["ipv4", "ipv6"] as const;
export type AddressType = (typeof addressTypes)[number] | "other";
export const addressType = (number: number): AddressType => nameOf(addressTypes, number);

/** 9000000 is "9.0.0". */
export function versionText(version: number): string {
	return `${Math.floor(version / 1_000_000)}.${Math.floor(version / 1000) % 1000}.${version % 1000}`;
}
