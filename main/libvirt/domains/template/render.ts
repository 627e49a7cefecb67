import { HomerangeError } from "../../../../contract/errors.ts";
import { escapeXml } from "../xml/escape.ts";
import { indented, invalid, type TemplateNode } from "./parse.ts";

/** What a template can name: a text, a number, a statement, or an object or list of such. Null is "there is none". */
export type TemplateValue = string | number | boolean | null | TemplateScope | readonly TemplateScope[];
export interface TemplateScope {
	readonly [name: string]: TemplateValue;
}

/** Looks a part up by its name. */
export type Parts = (name: string, place: string) => readonly TemplateNode[];

/**
 * The text of a template with its values. Every value is escaped, there is no way to ask for another treatment.
 * A name that nothing defines is an error, and so is a value that is not there. Errors: `INPUT_INVALID`.
 */
export function renderTemplate(nodes: readonly TemplateNode[], scope: TemplateScope, parts: Parts): string {
	return render(nodes, [scope], parts, 0);
}

const deepest = 16;

function render(nodes: readonly TemplateNode[], scopes: readonly TemplateScope[], parts: Parts, depth: number): string {
	let text = "";
	for (const node of nodes) {
		if (node.kind === "text") text += node.text;
		else if (node.kind === "value") text += escapeXml(printable(node, scopes), node.name);
		else if (node.kind === "part") {
			if (depth === deepest) throw invalid(node.place, `the parts include one another without end at ${node.name}`);
			text += render(indented(parts(node.name, node.place), node.indent), scopes, parts, depth + 1);
		} else {
			for (const scope of occurrences(node, scopes)) {
				text += render(node.body, scope === null ? scopes : [...scopes, scope], parts, depth);
			}
		}
	}
	return text;
}

function printable(node: { name: string; place: string }, scopes: readonly TemplateScope[]): string {
	const value = lookUp(node, scopes);
	if (typeof value === "string") return value;
	if (typeof value === "number" && Number.isFinite(value)) return String(value);
	if (value === null) {
		throw new HomerangeError("INPUT_INVALID", `The domain template needs ${node.name}, which was not given.`, {
			place: node.place,
			remedy: `Give a value for ${node.name}.`,
		});
	}
	throw invalid(node.place, `${node.name} is no text and can only open a section`);
}

/** The scopes in which a section's body stands; null: the one it stands in. */
function occurrences(
	node: { name: string; isInverted: boolean; place: string },
	scopes: readonly TemplateScope[],
): readonly (TemplateScope | null)[] {
	const value = lookUp(node, scopes);
	const isEmpty = value === null || value === false || value === "" || (isList(value) && value.length === 0);
	if (node.isInverted) return isEmpty ? [null] : [];
	if (isEmpty) return [];
	if (isList(value)) return value;
	return [typeof value === "object" ? value : null];
}

/** The innermost scope that has the name decides. */
function lookUp({ name, place }: { name: string; place: string }, scopes: readonly TemplateScope[]): TemplateValue {
	for (const scope of scopes.toReversed()) {
		const value = Object.hasOwn(scope, name) ? scope[name] : undefined;
		if (value !== undefined) return value;
	}
	throw invalid(place, `there is no variable ${name}`);
}

function isList(value: TemplateValue): value is readonly TemplateScope[] {
	return Array.isArray(value);
}
