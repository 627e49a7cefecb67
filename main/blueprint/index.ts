export { addMachine } from "./add-machine.ts";
export { defaultMac } from "./addresses.ts";
export { loadFileSources } from "./file-sources.ts";
export {
	blueprintInvalid,
	type LoadableSource,
	type LoadedBlueprint,
	listShippedBlueprints,
	loadBlueprint,
} from "./load.ts";
export { type ParsedBlueprint, parseBlueprint } from "./parse.ts";
export { formatDuration, formatSize, parseDuration, parsePorts, parseSize } from "./quantities.ts";
export {
	type ReadyProbe,
	type ResolvedBlueprint,
	type ResolvedDependency,
	type ResolvedFile,
	type ResolvedMachine,
	type ResolvedNetwork,
	resolvedBlueprint,
	resolvedMachine,
} from "./resolved.ts";
export { type BlueprintFolders, blueprintText } from "./shipped-files.ts";
export {
	createTemplateLookup,
	type MachineTemplate,
	type SnapshotSource,
	type TemplateLookup,
} from "./template-lookup.ts";
export { loadTemplates, parseTemplate, type TemplateFormat } from "./templates.ts";
export { writeBlueprint } from "./write-blueprint.ts";
export { templateDocument, templateInputOf, writeTemplate } from "./write-template.ts";
