import { HomerangeError } from "../../../../contract/errors.ts";
import { attribute, child, children, parseXml, textAt, wholeNumber } from "../xml/parse.ts";
import { describeElement } from "./describe-domain.ts";
import type { DomainDescription } from "./domain-description.ts";
import { attributeText, cut, describeLimits } from "./read.ts";

export interface SnapshotDescription {
	/** Why the XML could not be read; then all else is empty. */
	readonly problem: string | null;
	readonly name: string | null;
	readonly description: string | null;
	/** Null: it has no parent. */
	readonly parent: string | null;
	/** ISO 8601. */
	readonly createdAt: string | null;
	/** State of the domain then: running, paused, shutoff, disk-snapshot, … */
	readonly state: string | null;
	/**
	 * internal: in the qcow2 file itself. external: the disk goes on in a new file. Memory that is saved in a file of
	 * its own is external too. mixed: disks differ. none: no disk is in it.
	 */
	readonly kind: "internal" | "external" | "mixed" | "none";
	readonly hasMemory: boolean;
	readonly disks: readonly {
		readonly target: string | null;
		readonly kind: string | null;
		readonly path: string | null;
	}[];
	/** The domain as it was; null when libvirt did not keep it. */
	readonly domain: DomainDescription | null;
}

/** What a snapshot's XML says. Like `describeDomain`, it does not fail. */
export function describeSnapshot(xml: string): SnapshotDescription {
	try {
		return read(xml);
	} catch (error) {
		if (!(error instanceof HomerangeError)) throw error;
		return {
			...{ problem: error.message, name: null, description: null, parent: null, createdAt: null, state: null },
			...{ kind: "none", hasMemory: false, disks: [], domain: null },
		};
	}
}

function read(xml: string): SnapshotDescription {
	const root = parseXml(xml, "the snapshot");
	const memory = attribute(child(root, "memory"), "snapshot");
	const disks = children(child(root, "disks"), "disk").slice(0, describeLimits.list);
	const domain = child(root, "domain");
	const seconds = wholeNumber(textAt(root, "creationTime"));
	return {
		problem: null,
		name: cut(child(root, "name")?.text ?? null),
		description: cut(textAt(root, "description")),
		parent: cut(child(root, "parent", "name")?.text ?? null),
		createdAt: seconds === null || seconds > 8.64e12 ? null : new Date(seconds * 1000).toISOString(),
		state: cut(textAt(root, "state")),
		kind: kindOf([...disks.map((disk) => attribute(disk, "snapshot")), memory]),
		hasMemory: memory === "internal" || memory === "external",
		disks: disks.map((disk) => ({
			target: attributeText(disk, "name"),
			kind: attributeText(disk, "snapshot"),
			path: attributeText(child(disk, "source"), "file") ?? attributeText(child(disk, "source"), "dev"),
		})),
		domain: domain === undefined ? null : describeElement(domain),
	};
}

function kindOf(kinds: readonly (string | null)[]): SnapshotDescription["kind"] {
	const isInternal = kinds.includes("internal");
	const isExternal = kinds.includes("external");
	if (isInternal && isExternal) return "mixed";
	return isInternal ? "internal" : isExternal ? "external" : "none";
}
