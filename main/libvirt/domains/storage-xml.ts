import { z } from "zod";
import { parsed } from "./parsed.ts";
import { renderPart } from "./template/load.ts";
import { absolutePath, domainName } from "./variables.ts";
import { isXmlText } from "./xml/escape.ts";

const mode = z
	.string()
	.regex(/^0[0-7]{3}$/)
	.nullable()
	.default(null);

const pool = z.strictObject({
	name: domainName,
	uuid: z.uuid().nullable().default(null),
	path: absolutePath,
	mode,
});

/** A pool that is a folder of the host. Errors: `INPUT_INVALID`. */
export function poolXml(described: z.input<typeof pool>): string {
	return renderPart("pool", parsed(pool, described));
}

const volumeFormat = z.enum(["qcow2", "raw"]);
const volume = z
	.strictObject({
		/** A file of the pool's folder. */
		name: z
			.string()
			.min(1)
			.refine(isXmlText)
			.refine((name) => Buffer.byteLength(name) <= 255 && !/[/\n\r]/.test(name) && name !== "." && name !== "..", {
				error: "This is not the name of a file.",
			}),
		capacityBytes: z.number().int().min(512).max(Number.MAX_SAFE_INTEGER),
		format: volumeFormat,
		mode,
		/** A linked clone holds only what differs from this disk, which must never change again. */
		backing: z.strictObject({ path: absolutePath, format: volumeFormat }).nullable().default(null),
	})
	.refine(({ backing, format }) => backing === null || format === "qcow2", {
		error: "Only a qcow2 disk can stand on another one.",
	});

/** A new, thin disk of a pool. Errors: `INPUT_INVALID`. */
export function volumeXml(described: z.input<typeof volume>): string {
	const checked = parsed(volume, described);
	return renderPart("volume", { ...checked, isQcow2: checked.format === "qcow2" });
}

const snapshotText = z.string().max(2000).refine(isXmlText, "Control characters cannot stand here.");
const snapshot = z.strictObject({
	name: domainName,
	description: snapshotText.nullable().default(null),
	/** internal: in the first qcow2 disk. external: in a file. none: disks only. Absent: libvirt's choice by its flags. */
	memory: z
		.discriminatedUnion("kind", [
			z.strictObject({ kind: z.literal("internal") }),
			z.strictObject({ kind: z.literal("no") }),
			z.strictObject({ kind: z.literal("external"), path: absolutePath }),
		])
		.nullable()
		.default(null),
	/** By target. Disks that are not named are libvirt's choice; "no" leaves one out. */
	disks: z
		.array(
			z.strictObject({
				target: z.string().min(1).max(64).refine(isXmlText),
				kind: z.enum(["internal", "external", "no"]),
				/** The file in which an external snapshot's disk goes on. */
				path: absolutePath.nullable().default(null),
			}),
		)
		.max(64)
		.default([]),
});

/** A snapshot to be taken. Errors: `INPUT_INVALID`. */
export function snapshotXml(described: z.input<typeof snapshot>): string {
	const { memory, disks, ...rest } = parsed(snapshot, described);
	return renderPart("snapshot", {
		...rest,
		memory: memory === null ? null : { kind: memory.kind, path: memory.kind === "external" ? memory.path : null },
		hasDisks: disks.length > 0,
		disks,
	});
}
