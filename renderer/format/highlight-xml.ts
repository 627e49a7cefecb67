/** What a piece of XML is, for its colour. Put together again, the pieces are the text. */
export interface XmlPiece {
	kind: "text" | "mark" | "name" | "attribute" | "value" | "comment";
	text: string;
}

/** Longer texts stay one piece: colours are not worth a slow page. */
const longest = 256 * 1024;

/**
 * Pure: the pieces of a document. Reads nothing into it: what is no XML comes out as text, and the pieces are drawn as
 * text, so nothing in them can become a part of the page.
 */
export function highlightXml(xml: string): XmlPiece[] {
	if (xml.length > longest) return [{ kind: "text", text: xml }];
	const pieces: XmlPiece[] = [];
	let at = 0;
	while (at < xml.length) {
		const open = xml.indexOf("<", at);
		if (open === -1) break;
		if (open > at) pieces.push({ kind: "text", text: xml.slice(at, open) });
		const isComment = xml.startsWith("<!--", open);
		const close = isComment ? xml.indexOf("-->", open) : endOfTag(xml, open);
		const end = close === -1 ? xml.length : close + (isComment ? 3 : 1);
		const tag = xml.slice(open, end);
		if (isComment) pieces.push({ kind: "comment", text: tag });
		else pieces.push(...piecesOfTag(tag));
		at = end;
	}
	if (at < xml.length) pieces.push({ kind: "text", text: xml.slice(at) });
	return pieces;
}

/** The ">" that ends a tag, past those in its values. */
function endOfTag(xml: string, open: number): number {
	let quote = "";
	for (let at = open + 1; at < xml.length; at++) {
		const one = xml.charAt(at);
		if (quote !== "") {
			if (one === quote) quote = "";
		} else if (one === '"' || one === "'") quote = one;
		else if (one === ">") return at;
	}
	return -1;
}

const part = /("[^"]*"?|'[^']*'?)|([^\s=<>/"'?!]+)|([^\w"']+|[\s\S])/g;

function piecesOfTag(tag: string): XmlPiece[] {
	let hasName = false;
	return [...tag.matchAll(part)].map(([text, value, word]) => {
		if (value !== undefined) return { kind: "value", text };
		if (word === undefined) return { kind: "mark", text };
		const kind = hasName ? "attribute" : "name";
		hasName = true;
		return { kind, text };
	});
}
