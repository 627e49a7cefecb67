import { XMLParser, XMLValidator } from "fast-xml-parser";
import { HomerangeError } from "../../../../contract/errors.ts";
import { printable } from "../../../docker/api-errors.ts";
import { unescapeXml } from "./escape.ts";

/** An element as it was read. Prefixes stay in the names; comments and processing instructions are left out. */
export interface XmlElement {
	readonly name: string;
	readonly attributes: ReadonlyMap<string, string>;
	readonly children: readonly XmlElement[];
	/** Its own text, all pieces of it together, as written. */
	readonly text: string;
}

export const xmlLimits = {
	/** The longest string that libvirt's protocol carries. */
	characters: 4 * 1024 * 1024,
	elements: 100_000,
	depth: 100,
} as const;

const parser = new XMLParser({
	preserveOrder: true,
	ignoreAttributes: false,
	attributeNamePrefix: "",
	parseTagValue: false,
	parseAttributeValue: false,
	trimValues: false,
	processEntities: false,
	ignoreDeclaration: true,
	ignorePiTags: true,
	cdataPropName: "#cdata",
	maxNestedTags: xmlLimits.depth,
	strictReservedNames: false,
});

/**
 * Reads a document of libvirt, or of whoever wrote a domain. Document types are refused, so no entity is ever expanded.
 * Errors: `INPUT_INVALID`.
 */
export function parseXml(text: string, place: string): XmlElement {
	if (text.length > xmlLimits.characters) throw unreadable(place, "it is longer than 4 MiB");
	if (/<!(DOCTYPE|ENTITY)/i.test(text)) throw unreadable(place, "it has a document type, which libvirt never writes");
	const validity = XMLValidator.validate(text);
	if (validity !== true) throw unreadable(place, `line ${validity.err.line}: ${validity.err.msg}`);
	let read: unknown;
	try {
		read = parser.parse(text);
	} catch (error) {
		throw unreadable(place, error instanceof Error ? error.message : String(error));
	}
	const counter = { elements: 0 };
	const root = Array.isArray(read) ? elementsIn(read, place, counter).children[0] : undefined;
	if (root === undefined) throw unreadable(place, "it has no element");
	return root;
}

/** What the parser gives for one node: the name with its children, and the attributes under ":@". */
type Raw = Readonly<Record<string, unknown>>;

function elementsIn(nodes: readonly unknown[], place: string, counter: { elements: number }) {
	const children: XmlElement[] = [];
	let text = "";
	for (const node of nodes) {
		if (!isRaw(node)) continue;
		const name = Object.keys(node).find((key) => key !== ":@");
		if (name === undefined) continue;
		const content = node[name];
		if (name === "#text") text += unescapeXml(String(content));
		else if (name === "#cdata") text += cdataText(content);
		else {
			counter.elements += 1;
			if (counter.elements > xmlLimits.elements) throw unreadable(place, "it has more than 100000 elements");
			const inner = elementsIn(Array.isArray(content) ? content : [], place, counter);
			children.push({ name, attributes: attributesOf(node[":@"]), ...inner });
		}
	}
	return { children, text };
}

function cdataText(content: unknown): string {
	const [first]: readonly unknown[] = Array.isArray(content) ? content : [];
	return isRaw(first) ? String(first["#text"] ?? "") : "";
}

function attributesOf(raw: unknown): ReadonlyMap<string, string> {
	const attributes = new Map<string, string>();
	if (isRaw(raw)) for (const [name, value] of Object.entries(raw)) attributes.set(name, unescapeXml(String(value)));
	return attributes;
}

function isRaw(value: unknown): value is Raw {
	return typeof value === "object" && value !== null;
}

function unreadable(place: string, why: string): HomerangeError {
	return new HomerangeError("INPUT_INVALID", `The XML of ${place} cannot be read: ${printable(why, 200)}.`, { place });
}

/** The first child of that name, or of the path of names. */
export function child(element: XmlElement | undefined, ...path: readonly string[]): XmlElement | undefined {
	let found = element;
	for (const name of path) found = found?.children.find((each) => each.name === name);
	return found;
}

export function children(element: XmlElement | undefined, name: string): readonly XmlElement[] {
	return element?.children.filter((each) => each.name === name) ?? [];
}

/** An attribute's value; null when it, or the element, is not there. */
export function attribute(element: XmlElement | undefined, name: string): string | null {
	return element?.attributes.get(name) ?? null;
}

/** The text of the child at the path, without white space around it; null when it is missing or empty. */
export function textAt(element: XmlElement | undefined, ...path: readonly string[]): string | null {
	return child(element, ...path)?.text.trim() || null;
}

/** A whole number that a computer holds exactly, or null. */
export function wholeNumber(text: string | null | undefined): number | null {
	if (text === null || text === undefined || !/^\d{1,16}$/.test(text.trim())) return null;
	const value = Number(text.trim());
	return Number.isSafeInteger(value) ? value : null;
}
