import { invalid, type TemplateNode } from "./parse.ts";
import type { Parts } from "./render.ts";

/** What a name stands for: something to print or to ask for, something only to ask for, or names of its own. */
export type Meaning = "value" | "flag" | Vocabulary;
export interface Vocabulary {
	readonly [name: string]: Meaning;
}

/** Finds, before anything is rendered, the names that no domain would ever have a value for. Errors: `INPUT_INVALID`. */
export function checkNames(nodes: readonly TemplateNode[], vocabulary: Vocabulary, parts: Parts): void {
	check(nodes, [vocabulary], parts, 0);
}

function check(nodes: readonly TemplateNode[], scopes: readonly Vocabulary[], parts: Parts, depth: number): void {
	for (const node of nodes) {
		if (node.kind === "text") continue;
		if (node.kind === "part") {
			if (depth === 16) throw invalid(node.place, `the parts include one another without end at ${node.name}`);
			check(parts(node.name, node.place), scopes, parts, depth + 1);
			continue;
		}
		const meaning = scopes.toReversed().find((scope) => Object.hasOwn(scope, node.name))?.[node.name];
		if (meaning === undefined) throw invalid(node.place, `there is no variable ${node.name}`);
		if (node.kind === "value") {
			if (meaning !== "value") throw invalid(node.place, `${node.name} is no text and can only open a section`);
		} else check(node.body, typeof meaning === "string" ? scopes : [...scopes, meaning], parts, depth);
	}
}
