import { createHash } from "node:crypto";
import { isDeepStrictEqual } from "node:util";
import { z } from "zod";
import type { MachineDefaults } from "../../contract/library.ts";
import { machineName } from "../../contract/ranges.ts";
import {
	createTemplateLookup,
	parseBlueprint,
	type ResolvedBlueprint,
	type ResolvedMachine,
	resolvedBlueprint,
	writeBlueprint,
} from "../blueprint/index.ts";
import { textLimits } from "../blueprint/limits.ts";
import type { RangeSnapshotRecord } from "../snapshots/index.ts";
import { snapshotImage } from "../snapshots/snapshot-image.ts";
import { readDocument, type SnapshotDocument } from "./snapshot-document.ts";

/** A range's snapshot as a bundle carries it. Its parts are documents of their own. */
const rangeSnapshotDocument = z.strictObject({
	id: z.string().regex(/^[a-z0-9-]{1,40}$/),
	name: machineName,
	description: z.string().max(4000),
	rangeId: z.string().max(100),
	rangeName: z.string().max(100),
	blueprintText: z.string().max(textLimits.bytes),
	/** Its last part only: where it lay on the machine that made the bundle is nobody's business. */
	blueprintFile: z.string().max(255),
	blueprint: resolvedBlueprint,
	createdAt: z.iso.datetime(),
});
export type RangeSnapshotDocument = z.infer<typeof rangeSnapshotDocument>;

/** Errors: `INPUT_INVALID` for one that this version does not know. */
export const readRangeSnapshot = (value: unknown): RangeSnapshotDocument => readDocument(rangeSnapshotDocument, value);

export function rangeSnapshotDocumentOf(record: RangeSnapshotRecord): RangeSnapshotDocument {
	const blueprintFile = (record.blueprintFile.split(/[\\/]/).at(-1) ?? "").slice(0, 255);
	return rangeSnapshotDocument.parse(plain({ ...record, blueprintFile }));
}

/**
 * Why this is no snapshot of a range with these parts, in words that follow its name; null when it is one. A resolved
 * blueprint is written by no person and trusted by everything that deploys it, so one from elsewhere is held to all the
 * rules of a blueprint's text: it must be what its own text would be resolved to.
 */
export function faultOfRangeSnapshot(
	{ name, rangeName, blueprint, blueprintText }: RangeSnapshotDocument,
	parts: readonly SnapshotDocument[],
): string | null {
	const partOf = new Map(parts.map((part) => [part.sourceMachine, part]));
	if (partOf.size !== parts.length) return "has two parts for one machine";
	for (const { id, name: part, sourceMachine, sourceRange, image } of parts) {
		const belongs = part === `${name}/${sourceMachine}` && sourceRange === rangeName && image === snapshotImage(id);
		if (!belongs) return `has a part that is not its own (${part})`;
	}
	const { machines } = blueprint;
	if (parts.length !== machines.length) return `has ${machines.length} machines and ${parts.length} parts`;
	for (const { name: machine, image, source, files } of machines) {
		const part = partOf.get(machine);
		if (part === undefined) return `lacks the part of the machine ${machine}`;
		const startsFromIt = source.kind === "snapshot" && source.name === part.name && image === part.image;
		if (!startsFromIt || files.length > 0) return `has a machine that does not start from its own part (${machine})`;
	}
	if (createHash("sha256").update(blueprintText).digest("hex") !== blueprint.sha256) {
		return "holds another blueprint than its text";
	}
	return isResolved(blueprint, parts) ? null : "holds a blueprint that breaks the rules of blueprints";
}

function isResolved(blueprint: ResolvedBlueprint, parts: readonly SnapshotDocument[]): boolean {
	const sources = parts.map(({ name, provider, image, defaults }) => ({
		name,
		provider,
		image,
		defaults: withoutValues(defaults),
	}));
	const { blueprint: again } = parseBlueprint(
		writeBlueprint(blueprint),
		blueprint.name,
		createTemplateLookup([], sources),
	);
	if (again === null) return false;
	// A text can say the router's image only, and a saved router starts from its part.
	const router = blueprint.machines.find(({ role }) => role === "router");
	const machines = again.machines.map(
		(machine): ResolvedMachine =>
			machine.role === "router" && router !== undefined ? { ...machine, source: router.source } : machine,
	);
	return isDeepStrictEqual(plain({ ...again, sha256: blueprint.sha256, machines }), plain(blueprint));
}

/** Everything that a machine takes from its part is said by the machine, but for what no blueprint can say. */
function withoutValues({ kind, os }: MachineDefaults): MachineDefaults {
	return {
		...(kind === undefined ? {} : { kind }),
		...(os === undefined ? {} : { os }),
		cpus: null,
		memoryBytes: null,
		diskBytes: null,
		consoles: [],
		vncPort: null,
		serial: false,
		command: null,
		environment: {},
		ports: [],
		readiness: null,
	};
}

export function isSameRangeSnapshot(document: RangeSnapshotDocument, record: RangeSnapshotRecord): boolean {
	return isDeepStrictEqual(plain(document), plain(rangeSnapshotDocumentOf(record)));
}

/** As the database gives it back: without the difference between what is absent and what is undefined. */
const plain = (value: unknown): unknown => JSON.parse(JSON.stringify(value));
