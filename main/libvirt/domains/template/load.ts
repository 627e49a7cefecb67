import { readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { HomerangeError } from "../../../../contract/errors.ts";
import { resourcePaths } from "../../../paths.ts";
import { domainVocabulary } from "./domain-vocabulary.ts";
import { parseMetadata, type TemplateMetadata } from "./metadata.ts";
import { invalid, parseTemplate, type TemplateNode } from "./parse.ts";
import { type Parts, renderTemplate, type TemplateScope } from "./render.ts";
import { checkNames } from "./vocabulary.ts";

/** A kind of virtual machine: what it says about itself, and its XML with holes. */
export interface DomainTemplate extends TemplateMetadata {
	readonly nodes: readonly TemplateNode[];
	readonly parts: Parts;
}

/** The folder of domain templates that came with the product: NAME.yaml, the XML they name, and parts/. */
export function shippedDomainTemplates(): string {
	return join(dirname(resourcePaths().templates), "domains");
}

/**
 * All templates of a folder. Every one is parsed and its names are checked, so that one with a mistake is found at
 * once and not at its first machine. Errors: `INPUT_INVALID`.
 */
export function loadDomainTemplates(folder = shippedDomainTemplates()): ReadonlyMap<string, DomainTemplate> {
	const parts = loadParts(join(folder, "parts"));
	const templates = new Map<string, DomainTemplate>();
	for (const file of readdirSync(folder).sort()) {
		if (!file.endsWith(".yaml")) continue;
		const metadata = parseMetadata(readFileSync(join(folder, file), "utf8"), file);
		if (file !== `${metadata.name}.yaml`) throw invalid(file, `its name is ${metadata.name}, and not the file's`);
		const nodes = parseTemplate(readFileSync(join(folder, metadata.xml), "utf8"), metadata.xml);
		checkNames(nodes, domainVocabulary, parts);
		templates.set(metadata.name, { ...metadata, nodes, parts });
	}
	return templates;
}

function loadParts(folder: string): Parts {
	const parts = new Map<string, readonly TemplateNode[]>();
	for (const file of readdirSync(folder)) {
		if (file.endsWith(".xml"))
			parts.set(file.slice(0, -4), parseTemplate(readFileSync(join(folder, file), "utf8"), file));
	}
	return (name, place) => {
		const part = parts.get(name);
		if (part === undefined) throw invalid(place, `there is no part ${name}`);
		return part;
	};
}

let shipped: ReadonlyMap<string, DomainTemplate> | undefined;
let shippedParts: Parts | undefined;

/** The shipped templates, read once. */
export function domainTemplates(): ReadonlyMap<string, DomainTemplate> {
	shipped ??= loadDomainTemplates();
	return shipped;
}

/** Errors: `TEMPLATE_NOT_FOUND`. */
export function domainTemplate(name: string): DomainTemplate {
	const found = domainTemplates().get(name);
	if (found !== undefined) return found;
	throw new HomerangeError("TEMPLATE_NOT_FOUND", `There is no domain template ${name}.`, {
		place: name,
		remedy: `Use one of ${[...domainTemplates().keys()].join(", ")}.`,
	});
}

/** One of the shipped parts by itself: the XML of a device, a volume, a snapshot. */
export function renderPart(name: string, scope: TemplateScope): string {
	shippedParts ??= loadParts(join(shippedDomainTemplates(), "parts"));
	return renderTemplate(shippedParts(name, name), scope, shippedParts).trimEnd();
}
