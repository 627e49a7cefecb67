export type { HostAbility } from "./ability/host-ability.ts";
export { type AbilityQuestion, abilityQuestions, readAbility } from "./ability/read-ability.ts";
export { enableAcceleration, enableIommu, installEfi, installSecureBoot, installTpm } from "./ability/remedies.ts";
export { checkAbility, checkHardware, type Hardware } from "./check.ts";
export { describeDomain } from "./describe/describe-domain.ts";
export { describeSnapshot, type SnapshotDescription } from "./describe/describe-snapshot.ts";
export {
	describePool,
	describeVolume,
	type PoolDescription,
	type VolumeDescription,
} from "./describe/describe-storage.ts";
export type {
	DescribedChannel,
	DescribedDisk,
	DescribedGraphics,
	DescribedHostdev,
	DescribedNic,
	DescribedSerial,
	DomainDescription,
} from "./describe/domain-description.ts";
export { cdromXml, diskXml, hostdevXml, nextTarget, nicXml, ownerMetadata } from "./device-xml.ts";
export type { Finding } from "./findings.ts";
export { checkMacosHost, type HostFolders } from "./macos/check-macos-host.ts";
export { ownerNamespace, ownerPrefix, readOwner } from "./owner.ts";
export { checkPassthrough, isLaptop } from "./passthrough/check-passthrough.ts";
export {
	formatPciAddress,
	type IommuDevice,
	type IommuGroup,
	listIommuGroups,
	type PciKind,
	parsePciAddress,
} from "./passthrough/iommu-groups.ts";
export { withProcessors } from "./processors.ts";
export { type RenderedDomain, renderDomain } from "./render-domain.ts";
export { poolXml, snapshotXml, volumeXml } from "./storage-xml.ts";
export { type DomainTemplate, domainTemplate, domainTemplates } from "./template/load.ts";
export type { TemplateMedium, TemplateMetadata } from "./template/metadata.ts";
export {
	type CdromVariable,
	type DiskBus,
	type DiskVariable,
	type DomainOwner,
	type DomainVariables,
	domainMac,
	domainName,
	type Firmware,
	type HostdevVariable,
	type NicModel,
	type NicVariable,
	type PciAddress,
	type VncVariable,
} from "./variables.ts";
export { answerFileName, type WindowsAnswers, windowsAnswerFile } from "./windows/answer-file.ts";
