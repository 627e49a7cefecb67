import { child, parseXml, textAt } from "../xml/parse.ts";
import { attributeText, bytesOf, cut } from "./read.ts";

export interface VolumeDescription {
	readonly name: string | null;
	readonly key: string | null;
	readonly path: string | null;
	readonly format: string | null;
	readonly capacityBytes: number | null;
	readonly allocationBytes: number | null;
	/** What a linked clone stands on; null for a whole disk. */
	readonly backing: { readonly path: string | null; readonly format: string | null } | null;
}

/** Errors: `INPUT_INVALID` when the text is no XML. */
export function describeVolume(xml: string): VolumeDescription {
	const root = parseXml(xml, "the storage volume");
	const store = child(root, "backingStore");
	const path = cut(textAt(store, "path"));
	return {
		name: cut(child(root, "name")?.text ?? null),
		key: cut(textAt(root, "key")),
		path: cut(textAt(root, "target", "path")),
		format: attributeText(child(root, "target", "format"), "type"),
		capacityBytes: bytesOf(child(root, "capacity"), "bytes"),
		allocationBytes: bytesOf(child(root, "allocation"), "bytes"),
		backing: path === null ? null : { path, format: attributeText(child(store, "format"), "type") },
	};
}

export interface PoolDescription {
	readonly name: string | null;
	readonly uuid: string | null;
	/** dir, logical, rbd, … */
	readonly kind: string | null;
	readonly path: string | null;
	readonly capacityBytes: number | null;
	readonly availableBytes: number | null;
}

/** Errors: `INPUT_INVALID` when the text is no XML. */
export function describePool(xml: string): PoolDescription {
	const root = parseXml(xml, "the storage pool");
	return {
		name: cut(child(root, "name")?.text ?? null),
		uuid: cut(textAt(root, "uuid")),
		kind: attributeText(root, "type"),
		path: cut(textAt(root, "target", "path")),
		capacityBytes: bytesOf(child(root, "capacity"), "bytes"),
		availableBytes: bytesOf(child(root, "available"), "bytes"),
	};
}
