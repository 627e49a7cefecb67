import type { MachineDefaults } from "../../contract/library.ts";
import type { ResolvedBlueprint, ResolvedMachine } from "../blueprint/index.ts";
import type { RangeRecord } from "../ranges/record.ts";
import type { SavedMachine } from "./saved-machine.ts";
import { snapshotImage } from "./snapshot-image.ts";
import type { SnapshotRecord, SnapshotStore } from "./snapshot-store.ts";

/** The row of a saved machine. */
export function snapshotRecord(
	store: SnapshotStore,
	range: Pick<RangeRecord, "name">,
	{ id, machine, saved }: SavedMachine,
	o: Pick<SnapshotRecord, "name" | "description" | "tags" | "rangeSnapshotId" | "createdAt">,
): SnapshotRecord {
	const { spec } = machine;
	return {
		...o,
		id,
		provider: spec.provider,
		...contentOf(id, saved),
		defaults: defaultsOf(spec, saved.kind === "image" ? saved.facts.exposedPorts : []),
		sourceMachine: spec.name,
		sourceRange: range.name,
		source: { ...spec.source, image: spec.image },
		// By the image and not by the name: a snapshot can be renamed.
		parentId: store.all().find(({ image }) => image === spec.image)?.id ?? null,
	};
}

function contentOf(
	id: string,
	saved: SavedMachine["saved"],
): Pick<SnapshotRecord, "image" | "imageId" | "sizeBytes" | "ownBytes"> {
	if (saved.kind === "image") {
		const { facts, ownBytes } = saved;
		return { image: snapshotImage(id), imageId: facts.id, sizeBytes: facts.sizeBytes, ownBytes };
	}
	// A disk stands on nothing, so all of it is its own.
	const { name, sha256, sizeBytes } = saved.disk;
	return { image: name, imageId: sha256, sizeBytes, ownBytes: sizeBytes };
}

/** What a new machine takes from a machine that was saved. */
export function defaultsOf(spec: ResolvedMachine, ports: readonly string[]): MachineDefaults {
	const { cpus, memoryBytes, diskBytes, vncPort, serial, command, environment, ready, kind, os } = spec;
	return {
		...(kind === undefined ? {} : { kind }),
		...(os === null ? {} : { os }),
		cpus,
		memoryBytes,
		diskBytes,
		consoles: [
			...(spec.provider === "docker" ? (["shell"] as const) : []),
			...(serial ? (["serial"] as const) : []),
			...(vncPort === null ? [] : (["vnc"] as const)),
		],
		vncPort,
		serial,
		command: command === null ? null : [...command],
		environment: { ...environment },
		ports: ports.filter((port) => /^\d{1,5}\/(tcp|udp|sctp)$/.test(port)).slice(0, 64),
		readiness: ready,
	};
}

/**
 * A range's blueprint in which each machine starts from its own snapshot. Files are not put into it again: they are
 * in the saved disk, as the machine has changed them since.
 */
export function savedBlueprint(
	blueprint: ResolvedBlueprint,
	parts: readonly Pick<SnapshotRecord, "name" | "image" | "sourceMachine">[],
): ResolvedBlueprint {
	const partOf = new Map(parts.map((part) => [part.sourceMachine, part]));
	const machines = blueprint.machines.map((spec): ResolvedMachine => {
		const part = partOf.get(spec.name);
		if (part === undefined) throw new Error(`${spec.name} was not saved`);
		return { ...spec, image: part.image, source: { kind: "snapshot", name: part.name }, files: [] };
	});
	const router = machines.find(({ role }) => role === "router");
	return {
		...blueprint,
		machines,
		router: blueprint.router === null || router === undefined ? blueprint.router : { image: router.image },
	};
}
