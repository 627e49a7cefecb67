import { Composer, type Document, type ErrorCode, isAlias, isMap, isScalar, isSeq, type Node, Scalar } from "yaml";
import type { Issues, Path } from "./issues.ts";
import { textLimits } from "./limits.ts";
import type { Place } from "./place.ts";
import { Refusal, readTokens, refuseBinary } from "./yaml-tokens.ts";

/** A value of the document with its place. Maps have no prototype; aliased parts are shared, not copied. */
export interface Read {
	readonly value: unknown;
	readonly place: Place;
}

/**
 * Reads one YAML document (1.2, core schema) into plain values and their places.
 * Null when the text is no such document; then the issues say why. Merge keys
 * (`<<: *defaults`) are honoured, because they are how people share settings of
 * machines; keys that begin with x- are left out of the values.
 */
export function readYaml(text: string, issues: Issues): Read | null {
	try {
		if (Buffer.byteLength(text) > textLimits.bytes) {
			throw new Refusal(
				0,
				"The document is larger than 1 MiB.",
				"Keep large contents in files and name them by `source:`.",
			);
		}
		refuseBinary(text);
		const composer = new Composer({ version: "1.2", schema: "core", uniqueKeys: false, prettyErrors: false });
		const [document] = composer.compose(readTokens(text), true, text.length);
		if (document === undefined) throw new Refusal(0, "The document is empty.");
		if (document.errors.length > 0) {
			reportSyntax(document, issues);
			return null;
		}
		const read = new Reader(issues).read(document.contents, [], null, 0);
		return issues.hasErrors ? null : read;
	} catch (error) {
		if (!(error instanceof Refusal)) throw error;
		issues.errorAt(error.offset, [], error.message, error.hint);
		return null;
	}
}

const syntaxHints: Partial<Record<ErrorCode, string>> = {
	TAB_AS_INDENT: "Indent with spaces.",
	BAD_INDENT: "Check the indentation of this line against the lines above.",
	MISSING_CHAR: "Check for a quote, bracket or colon that is not closed or not there.",
	BLOCK_AS_IMPLICIT_KEY: "Put the value on the next line, or in quotes when it holds a colon.",
	MULTILINE_IMPLICIT_KEY: "Check whether a colon is missing after a key.",
	UNEXPECTED_TOKEN: "Check the brackets and quotes before this place.",
};

function reportSyntax(document: Document, issues: Issues): void {
	for (const { pos, code, message } of document.errors) {
		issues.errorAt(pos[0], [], `This is not valid YAML: ${message.split("\n", 1)[0]}`, syntaxHints[code] ?? null);
	}
}

const nothing: ReadonlyMap<string, Place> = new Map();

class Reader {
	readonly #issues: Issues;
	/** What each anchor stands for; null while its own value is being read. */
	readonly #anchors = new Map<string, Read | null>();
	#nodes = 0;

	constructor(issues: Issues) {
		this.#issues = issues;
	}

	read(node: Node | null, path: Path, keyOffset: number | null, fallback: number): Read {
		if (isAlias(node)) return this.#alias(node.source, node.range?.[0] ?? fallback, keyOffset);
		const anchor = isScalar(node) || isMap(node) || isSeq(node) ? node.anchor : undefined;
		if (anchor !== undefined) this.#anchors.set(anchor, null);
		const read = this.#plain(node, path, keyOffset, node?.range?.[0] ?? fallback);
		if (anchor !== undefined) this.#anchors.set(anchor, read);
		return read;
	}

	/** Counts values before they can multiply: an alias costs as much as all that it stands for. */
	#count(size: number, offset: number): void {
		this.#nodes += size;
		if (this.#nodes > textLimits.nodes) {
			throw new Refusal(
				offset,
				`The document has more than ${textLimits.nodes} values, counting what its aliases stand for.`,
				"Use fewer aliases, or split it into several blueprints.",
			);
		}
	}

	#alias(name: string, offset: number, keyOffset: number | null): Read {
		const target = this.#anchors.get(name);
		if (target === undefined) throw new Refusal(offset, `There is no anchor "&${name}" before this alias.`);
		if (target === null) throw new Refusal(offset, `The alias "*${name}" stands inside its own anchor.`);
		this.#count(target.place.size, offset);
		return { value: target.value, place: { ...target.place, offset, keyOffset } };
	}

	#plain(node: Node | null, path: Path, keyOffset: number | null, offset: number): Read {
		this.#count(1, offset);
		if (isMap(node)) return this.#map(node.items, path, keyOffset, offset);
		if (isSeq(node)) {
			const value: unknown[] = [];
			const children = new Map<string, Place>();
			let size = 1;
			for (const item of node.items) {
				const read = this.read(item as Node | null, [...path, value.length], null, offset);
				children.set(String(value.length), read.place);
				value.push(read.value);
				size += read.place.size;
			}
			return {
				value,
				place: { kind: "list", keyOffset, offset, isEmpty: false, source: null, children, size, ignored: [] },
			};
		}
		const scalar = isScalar(node) ? node : new Scalar(null);
		const isEmpty = scalar.value === null && (scalar.source ?? "") === "";
		const source = scalar.source ?? "";
		return {
			value: scalar.value,
			place: { kind: "scalar", keyOffset, offset, isEmpty, source, children: nothing, size: 1, ignored: [] },
		};
	}

	#map(items: readonly { key: unknown; value: unknown }[], path: Path, keyOffset: number | null, offset: number): Read {
		const value: Record<string, unknown> = Object.create(null);
		const children = new Map<string, Place>();
		const seen = new Map<string, number>();
		const ignored: string[] = [];
		const merges: Read[] = [];
		let size = 1;
		for (const item of items) {
			const keyNode = item.key as Node | null;
			const at = keyNode?.range?.[0] ?? offset;
			const key = this.#key(keyNode, path, at);
			if (key === null) continue;
			const read = this.read(item.value as Node | null, [...path, key], at, at);
			size += read.place.size;
			const first = seen.get(key);
			if (first !== undefined) {
				this.#issues.errorAt(
					at,
					[...path, key],
					`The key "${key}" stands twice in the same map; the first is on line ${this.#issues.line(first)}.`,
					"Keep one of them.",
				);
				continue;
			}
			seen.set(key, at);
			if (key === "<<" && isScalar(keyNode) && keyNode.type === Scalar.PLAIN) merges.push(read);
			else if (key.startsWith("x-")) ignored.push(key);
			else {
				value[key] = read.value;
				children.set(key, read.place);
			}
		}
		for (const merge of merges) this.#merge(merge, path, value, children);
		return { value, place: { kind: "map", keyOffset, offset, isEmpty: false, source: null, children, size, ignored } };
	}

	/** Adds what `<<` brings; what the map says itself wins, then the earlier of several sources. */
	#merge(merge: Read, path: Path, value: Record<string, unknown>, children: Map<string, Place>): void {
		const { place } = merge;
		if (place.kind === "list" && Array.isArray(merge.value)) {
			for (const [index, part] of merge.value.entries()) {
				const partPlace = place.children.get(String(index));
				if (partPlace !== undefined) this.#merge({ value: part, place: partPlace }, path, value, children);
			}
			return;
		}
		if (place.kind !== "map" || typeof merge.value !== "object" || merge.value === null) {
			this.#issues.errorAt(
				place.offset,
				[...path, "<<"],
				"A merge key takes a map or a list of maps.",
				"Write `<<: *name`.",
			);
			return;
		}
		for (const [key, merged] of Object.entries(merge.value)) {
			const childPlace = place.children.get(key);
			if (children.has(key) || childPlace === undefined) continue;
			value[key] = merged;
			children.set(key, childPlace);
		}
	}

	#key(node: Node | null, path: Path, offset: number): string | null {
		let key: string | null = null;
		if (isScalar(node)) key = typeof node.value === "string" ? node.value : (node.source ?? String(node.value));
		if (key !== null && key !== "" && key.length <= textLimits.keyLength && key !== "__proto__") return key;
		this.#issues.errorAt(
			offset,
			path,
			key === "" ? "A key is missing before the colon." : "A key must be a short plain word.",
			"Write `key: value`.",
		);
		return null;
	}
}
