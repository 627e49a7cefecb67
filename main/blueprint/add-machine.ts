import { Document, isMap, isScalar, Pair, parseDocument, Scalar, YAMLMap } from "yaml";
import type { AddedMachine } from "../../contract/added-machine.ts";
import { formatSize } from "./quantities.ts";

const reading = { version: "1.2", schema: "core", uniqueKeys: false, prettyErrors: false } as const;
const writing = { lineWidth: 0 } as const;

/**
 * A blueprint's text with one machine more, as its last. Every byte that was there stays, with its comments and
 * spelling, wherever the machines stand as a map of their own; only behind an alias the document is written anew.
 * Pure. Whether the machine is right, and its name free, parsing finds out.
 */
export function addMachine(text: string, machine: AddedMachine): string {
	const document = parseDocument(text, reading);
	const machines = document.get("machines", true);
	const entry = machineLine(machine);
	if (isMap(machines) && machines.range) {
		if (machines.flow === true) return intoFlow(text, machines, entry);
		const indent = blockIndent(text, machines);
		if (indent !== null) return intoBlock(text, machines.range[1], indent + entry);
	}
	const own = new YAMLMap();
	// What an alias stands for is used elsewhere too: it is merged, and not changed.
	if (machines !== undefined) own.add(new Pair(new Scalar("<<"), machines));
	own.add(new Pair(new Scalar(machine.name), machineNode(machine)));
	document.set("machines", own);
	return document.toString(writing);
}

/** `name: { template: busybox, nics: [ { network: lan } ] }` */
function machineLine(machine: AddedMachine): string {
	const document = new Document({}, reading);
	document.set(machine.name, machineNode(machine));
	return document.toString(writing).trimEnd();
}

function machineNode({ source, nics, cpus, memoryBytes }: AddedMachine): unknown {
	const node = new Document(reading).createNode({
		[source.kind]: source.name,
		nics,
		...(cpus === undefined ? {} : { cpus }),
		...(memoryBytes === undefined ? {} : { memory: formatSize(memoryBytes) }),
	});
	if (isMap(node)) node.flow = true;
	return node;
}

/** The white space before the map's first key; null when something else stands there too. */
function blockIndent(text: string, machines: YAMLMap): string | null {
	const key = machines.items[0]?.key;
	const start = isScalar(key) ? key.range?.[0] : undefined;
	if (start === undefined) return null;
	const before = text.slice(text.lastIndexOf("\n", start - 1) + 1, start);
	return /^ *$/.test(before) ? before : null;
}

function intoBlock(text: string, end: number, line: string): string {
	const newline = text.includes("\r\n") ? "\r\n" : "\n";
	// The end lies behind the last line's newline, but for a value that is not written out.
	const next = text[end - 1] === "\n" ? end : text.indexOf("\n", end) + 1 || text.length;
	const isLineOpen = text[next - 1] !== "\n";
	return `${text.slice(0, next)}${isLineOpen ? newline : ""}${line}${newline}${text.slice(next)}`;
}

function intoFlow(text: string, machines: YAMLMap, entry: string): string {
	const [start = 0, end = 0] = machines.range ?? [];
	const last = machines.items.at(-1)?.value;
	const lastEnd = hasRange(last) ? last.range[1] : null;
	const at = lastEnd ?? (machines.items.length === 0 ? start + 1 : end - 1);
	return `${text.slice(0, at)}${machines.items.length === 0 ? " " : ", "}${entry}${lastEnd === null ? " " : ""}${text.slice(at)}`;
}

function hasRange(node: unknown): node is { range: [number, number, number] } {
	return typeof node === "object" && node !== null && "range" in node && Array.isArray(node.range);
}
