import { HomerangeError } from "../../../../contract/errors.ts";

/** A template's parts, in order. Docs: docs/virtual-machines.md, "How a template is written". */
export type TemplateNode =
	| { readonly kind: "text"; readonly text: string }
	| { readonly kind: "value"; readonly name: string; readonly place: string }
	| {
			readonly kind: "section";
			readonly name: string;
			/** `{{^name}}`: what stands when there is nothing. */
			readonly isInverted: boolean;
			readonly body: readonly TemplateNode[];
			readonly place: string;
	  }
	| {
			readonly kind: "part";
			readonly name: string;
			/** Blanks before the tag when it has the line for itself; null when it stands inside a line. */
			readonly indent: string | null;
			readonly place: string;
	  };

const tag = /\{\{\s*([#^/>!]?)\s*([^{}]*?)\s*\}\}/g;
const variableName = /^[a-z][A-Za-z0-9]*$/;
const partName = /^[a-z][a-z0-9-]*$/;

/** Reads the text of a template. Errors: `INPUT_INVALID` with file and line. */
export function parseTemplate(text: string, file: string): readonly TemplateNode[] {
	const root: TemplateNode[] = [];
	const open: { name: string; body: TemplateNode[]; place: string }[] = [];
	let nodes = root;
	let end = 0;
	const addText = (from: number, to: number) => {
		const piece = text.slice(from, to);
		const stray = piece.search(/\{\{|\}\}/);
		if (stray >= 0) throw invalid(placeOf(text, from + stray, file), "a pair of braces is not a tag");
		if (piece !== "") nodes.push({ kind: "text", text: piece });
	};
	for (const match of text.matchAll(tag)) {
		const [whole, sign = "", name = ""] = match;
		const place = placeOf(text, match.index, file);
		const line = sign === "" ? null : standingAlone(text, match.index, match.index + whole.length);
		addText(end, line?.start ?? match.index);
		end = line?.end ?? match.index + whole.length;
		if (text[match.index - 1] === "{" || text[match.index + whole.length] === "}") {
			throw invalid(place, "three braces are no tag: there is no way around escaping");
		}
		if (sign === "!") continue;
		if (!(sign === ">" ? partName : variableName).test(name)) throw invalid(place, `"${name}" is no name`);
		if (sign === "") nodes.push({ kind: "value", name, place });
		else if (sign === ">") nodes.push({ kind: "part", name, indent: line?.indent ?? null, place });
		else if (sign === "/") {
			const section = open.pop();
			if (section?.name !== name) throw invalid(place, `{{/${name}}} closes nothing that is open here`);
			nodes = open.at(-1)?.body ?? root;
		} else {
			const body: TemplateNode[] = [];
			nodes.push({ kind: "section", name, isInverted: sign === "^", body, place });
			open.push({ name, body, place });
			nodes = body;
		}
	}
	addText(end, text.length);
	const unclosed = open.at(-1);
	if (unclosed !== undefined) throw invalid(unclosed.place, `the section ${unclosed.name} is never closed`);
	return root;
}

/** A tag that has a line for itself takes the whole line with it, so that the result has no empty lines. */
function standingAlone(text: string, start: number, end: number) {
	const lineStart = text.lastIndexOf("\n", start - 1) + 1;
	const next = text.indexOf("\n", end);
	const lineEnd = next < 0 ? text.length : next + 1;
	const indent = text.slice(lineStart, start);
	if (indent.trim() !== "" || text.slice(end, lineEnd).trim() !== "") return null;
	return { start: lineStart, end: lineEnd, indent };
}

/** The template's text moved to the right, as far as the tag that asks for it. */
export function indented(nodes: readonly TemplateNode[], indent: string | null): readonly TemplateNode[] {
	if (indent === null || indent === "") return nodes;
	let atLineStart = true;
	const shift = (list: readonly TemplateNode[]): TemplateNode[] =>
		list.map((node) => {
			if (node.kind === "section") return { ...node, body: shift(node.body) };
			if (node.kind === "part" && node.indent !== null) return { ...node, indent: indent + node.indent };
			if (node.kind !== "text") {
				atLineStart = false;
				return node;
			}
			const text = node.text.replace(/^(?=[^\n])/gm, (_, offset: number) => (offset > 0 || atLineStart ? indent : ""));
			atLineStart = node.text.endsWith("\n");
			return { kind: "text", text };
		});
	return shift(nodes);
}

function placeOf(text: string, offset: number, file: string): string {
	return `${file}:${text.slice(0, offset).split("\n").length}`;
}

export function invalid(place: string, why: string): HomerangeError {
	return new HomerangeError("INPUT_INVALID", `The domain template cannot be used: ${why}.`, {
		place,
		remedy: "Correct the template; docs/virtual-machines.md says how one is written.",
	});
}
