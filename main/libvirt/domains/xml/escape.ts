import { HomerangeError } from "../../../../contract/errors.ts";

/**
 * What XML 1.0 cannot carry in any spelling: most control characters, halves of
 * surrogate pairs and two non-characters.
 */
// biome-ignore lint/suspicious/noControlCharactersInRegex: these are the characters to find
const illegal = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]|\p{Surrogate}/u;

const references: Readonly<Record<string, string>> = {
	"&": "&amp;",
	"<": "&lt;",
	">": "&gt;",
	'"': "&quot;",
	"'": "&apos;",
	// White space as references, or a parser would turn it into spaces in an attribute.
	"\t": "&#9;",
	"\n": "&#10;",
	"\r": "&#13;",
};

export function isXmlText(text: string): boolean {
	return !illegal.test(text);
}

/** Text that may stand in an element or in an attribute with either quote. Errors: `INPUT_INVALID`. */
export function escapeXml(text: string, place: string): string {
	if (!isXmlText(text)) {
		throw new HomerangeError("INPUT_INVALID", `The value of ${place} holds a character that XML cannot carry.`, {
			place,
			remedy: "Leave out control characters.",
		});
	}
	return text.replace(/[&<>"'\t\n\r]/g, (character) => references[character] ?? character);
}

const named: Readonly<Record<string, string>> = { amp: "&", lt: "<", gt: ">", quot: '"', apos: "'" };

/** Resolves the references that XML itself has. Others stay as they are written: documents with entities are not read. */
export function unescapeXml(text: string): string {
	if (!text.includes("&")) return text;
	return text.replace(/&(?:#(\d{1,7})|#x([0-9a-fA-F]{1,6})|([a-z]{2,4}));/g, (whole, decimal, hex, name) => {
		if (name !== undefined) return named[name] ?? whole;
		const point = decimal === undefined ? Number.parseInt(hex, 16) : Number.parseInt(decimal, 10);
		return point > 0x10ffff ? whole : String.fromCodePoint(point);
	});
}
