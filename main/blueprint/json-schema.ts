import { z } from "zod";
import { blueprintFormat } from "./format.ts";

/** What zod writes for one schema, as far as it is changed here. */
interface Node {
	type?: string;
	properties?: Record<string, unknown>;
	propertyNames?: { pattern?: string };
	additionalProperties?: unknown;
	patternProperties?: Record<string, unknown>;
	oneOf?: unknown[];
}

const needsOne = (...keys: string[]) => keys.map((key) => ({ required: [key] }));

/**
 * The JSON schema of blueprint format 1, for editors. It knows the shape; what one
 * value says about another only `homerange validate` checks.
 */
export function blueprintJsonSchema(): object {
	const schema = z.toJSONSchema(blueprintFormat, {
		target: "draft-7",
		io: "input",
		override: ({ jsonSchema }) => {
			const node = jsonSchema as Node;
			if (node.type !== "object") return;
			// Keys that begin with x- may stand in every map.
			node.patternProperties = { "^x-": {} };
			const names = node.propertyNames;
			// A new object: zod hands the same one out for every use of a name.
			if (names?.pattern !== undefined) node.propertyNames = { ...names, pattern: `^x-|${names.pattern}` };
			const keys = Object.keys(node.properties ?? {});
			if (keys.includes("snapshot")) node.oneOf = needsOne("template", "snapshot", "image");
			if (keys.includes("timeout")) node.oneOf = needsOne("tcp", "http", "exec", "log");
			if (keys.includes("content")) node.oneOf = needsOne("content", "source");
		},
	});
	return { ...schema, title: "Homerange blueprint, format 1" };
}

/** The file's exact text. */
export function blueprintSchemaText(): string {
	return `${JSON.stringify(blueprintJsonSchema(), null, 2)}\n`;
}
