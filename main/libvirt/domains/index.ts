export type { HostAbility } from "./ability/host-ability.ts";
export { type AbilityQuestion, abilityQuestions, readAbility } from "./ability/read-ability.ts";
export { checkAbility, checkHardware, type Hardware } from "./check.ts";
export type { Finding } from "./findings.ts";
export { ownerNamespace, ownerPrefix, readOwner } from "./owner.ts";
export { type RenderedDomain, renderDomain } from "./render-domain.ts";
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
