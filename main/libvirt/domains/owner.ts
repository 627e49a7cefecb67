import { type DomainOwner, domainOwner } from "./variables.ts";
import { parseXml, type XmlElement } from "./xml/parse.ts";

/** Namespace of our element in a domain's metadata, as libvirt's metadata calls take it too. */
export const ownerNamespace = "https://homerange.dev/libvirt/1";
/** The prefix under which libvirt writes the element. */
export const ownerPrefix = "homerange";

/**
 * Whose the domain is: from its XML, or from the metadata element alone. Null when it is not ours, and when what
 * stands there is not what we write: such a domain is treated like any other tool's. Errors: `INPUT_INVALID` when
 * the text is no XML.
 */
export function readOwner(xml: string): DomainOwner | null {
	return ownerOf(parseXml(xml, "the domain"));
}

export function ownerOf(root: XmlElement): DomainOwner | null {
	// The daemon's reply to "give me the element of this namespace" has neither prefix nor declaration.
	if (root.name === "machine" || root.name.endsWith(":machine")) return parseOwner(root);
	const metadata = root.children.find(({ name }) => name === "metadata");
	const found = metadata?.children.find((element) => isOurs(element, [root, metadata]));
	return found === undefined ? null : parseOwner(found);
}

function isOurs(element: XmlElement, outer: readonly XmlElement[]): boolean {
	const [local = "", prefix] = element.name.split(":").toReversed();
	if (local !== "machine") return false;
	const declaration = prefix === undefined ? "xmlns" : `xmlns:${prefix}`;
	const declaring = [element, ...outer.toReversed()].find(({ attributes }) => attributes.has(declaration));
	return declaring?.attributes.get(declaration) === ownerNamespace;
}

function parseOwner({ attributes }: XmlElement): DomainOwner | null {
	const parsed = domainOwner.safeParse({
		installation: attributes.get("installation"),
		kind: attributes.get("kind"),
		range: attributes.get("range") ?? null,
		machine: attributes.get("machine") ?? null,
		template: attributes.get("template") ?? null,
	});
	return parsed.success ? parsed.data : null;
}
