import { CST, Lexer, Parser } from "yaml";
import { textLimits } from "./limits.ts";

/** A text that is refused as a whole, at one place. */
export class Refusal extends Error {
	readonly offset: number;
	readonly hint: string | null;

	constructor(offset: number, message: string, hint: string | null = null) {
		super(message);
		this.name = "Refusal";
		this.offset = offset;
		this.hint = hint;
	}
}

const isControl = (code: number) => (code < 32 && code !== 9 && code !== 10 && code !== 13) || code === 0x7f;

/** Refuses what no text file holds, before anything parses it. Throws a Refusal. */
export function refuseBinary(text: string): void {
	for (let offset = 0; offset < text.length; offset++) {
		const code = text.charCodeAt(offset);
		if (isControl(code) || code === 0xfffd) {
			throw new Refusal(
				offset,
				"This is not a text file: it holds bytes that no YAML document has.",
				"A blueprint is a YAML text in UTF-8.",
			);
		}
	}
}

/**
 * The concrete syntax tree of one YAML document, read token by token, so that the
 * limits hold while reading. Throws a Refusal where a limit is passed or where the
 * text uses a part of YAML that blueprints do without.
 */
export function readTokens(text: string): CST.Token[] {
	const parser = new Parser();
	const documents: CST.Token[] = [];
	let offset = 0;
	let tokens = 0;
	let aliases = 0;
	let afterScalarMark = false;
	for (const lexeme of new Lexer().lex(text)) {
		// The mark says that the next lexeme is a scalar, whatever it begins with.
		const type: string | null = afterScalarMark ? "scalar" : CST.tokenType(lexeme);
		afterScalarMark = type === "scalar" && !afterScalarMark;
		if (type === "alias") aliases++;
		refuseToken(type, offset, lexeme);
		if (lexeme.length > textLimits.token) {
			throw new Refusal(
				offset,
				"One value of the document is larger than 512 KiB.",
				"Keep it in a file and name it by source.",
			);
		}
		if (++tokens > textLimits.tokens) {
			throw new Refusal(offset, `The document has more than ${textLimits.tokens} tokens.`, "Split it into several.");
		}
		if (aliases > textLimits.aliases) {
			throw new Refusal(offset, `The document has more than ${textLimits.aliases} aliases.`, "Write values out.");
		}
		for (const token of parser.next(lexeme)) documents.push(token);
		if (parser.stack.length > textLimits.depth) {
			throw new Refusal(offset, `The document is nested deeper than ${textLimits.depth} levels.`);
		}
		if (!isMark(lexeme)) offset += lexeme.length;
	}
	for (const token of parser.end()) documents.push(token);
	const second = documents.filter((token) => token.type === "document")[1];
	if (second !== undefined) {
		throw new Refusal(
			second.offset,
			"The file holds more than one YAML document.",
			"Keep one blueprint in one file; leave out everything from the second --- on.",
		);
	}
	return documents;
}

/** Lexemes that stand for something without being part of the text. */
function isMark(lexeme: string): boolean {
	return lexeme === CST.DOCUMENT || lexeme === CST.SCALAR || lexeme === CST.FLOW_END;
}

function refuseToken(type: string | null, offset: number, lexeme: string): void {
	if (type === "tag") {
		throw new Refusal(
			offset,
			`The YAML tag "${lexeme.slice(0, 40)}" is refused: a blueprint is pure data.`,
			"Leave it out.",
		);
	}
	if (type === "directive-line") {
		throw new Refusal(offset, "YAML directives are not part of a blueprint.", "Leave out the line that begins with %.");
	}
}
