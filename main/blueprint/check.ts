import type { Draft } from "./format.ts";
import type { Issues } from "./issues.ts";
import { type Place, placeAt } from "./place.ts";
import type { TemplateLookup } from "./template-lookup.ts";

/** What every check of meaning looks at. */
export interface Check {
	/** The parts whose shape is right. */
	readonly draft: Draft;
	/** What was written, right or wrong. */
	readonly root: Place;
	readonly issues: Issues;
	readonly library: TemplateLookup;
	/** The address that a machine has on a network of the range that this becomes; null when it has none. */
	presentAddress(machine: string, network: string): string | null;
}

/** Keys written under a path, also those whose values are wrong. */
export function writtenKeys(root: Place, path: readonly (string | number)[]): string[] {
	return [...(placeAt(root, path)?.children.keys() ?? [])];
}

/**
 * A scalar as text, exactly as it is written: `1.10` stays "1.10", though YAML reads
 * the number 1.1. For places where a bare number may stand for words.
 */
export function asWritten(root: Place, path: readonly (string | number)[], value: string | number | boolean): string {
	if (typeof value === "string") return value;
	return placeAt(root, path)?.source ?? String(value);
}
