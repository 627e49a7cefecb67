import { z } from "zod";
import { HomerangeError } from "../../contract/errors.ts";
import { machineDefaults } from "../../contract/library.ts";
import { machineName } from "../../contract/ranges.ts";
import { isImageReference } from "../blueprint/image-reference.ts";
import {
	blueprintInvalid,
	type MachineTemplate,
	parseTemplate,
	type SnapshotSource,
	type TemplateLookup,
	templateDocument,
	templateInputOf,
	writeTemplate,
} from "../blueprint/index.ts";
import type { TemplateStore } from "../library/template-store.ts";
import type { SnapshotRecord, SnapshotStore } from "../snapshots/index.ts";
import type { BundleLibrary, Standing } from "./deps.ts";

const digest = z.string().regex(/^sha256:[0-9a-f]{64}$/);

/** A snapshot as a bundle carries it: without its place in this machine's tree, which another one does not have. */
const snapshotDocument = z.strictObject({
	id: z.string().regex(/^[a-z0-9-]{1,40}$/),
	name: z.string().refine((name) => name.split("/").every((part) => machineName.safeParse(part).success)),
	description: z.string().max(4000),
	tags: z.array(z.string().max(64)).max(32),
	provider: z.literal("docker"),
	image: z.string().refine(isImageReference),
	imageId: digest,
	sizeBytes: z.number().int().min(0),
	ownBytes: z.number().int().min(0),
	defaults: machineDefaults,
	sourceMachine: z.string().max(100),
	sourceRange: z.string().max(100),
	source: z.strictObject({
		kind: z.enum(["template", "snapshot", "image"]),
		name: z.string().max(300),
		image: z.string().max(300),
	}),
	createdAt: z.iso.datetime(),
});
type SnapshotDocument = z.infer<typeof snapshotDocument>;

/** The engine's stores as bundles use them. */
export function bundleLibrary(
	lookup: TemplateLookup,
	templates: TemplateStore,
	snapshots: SnapshotStore,
): BundleLibrary {
	/** Another kind of image store has another id for the same image; whether it is the same, the image itself says. */
	const same = ({ id: _id, ...wanted }: SnapshotDocument): ((record: SnapshotRecord) => boolean) => {
		return (record) => JSON.stringify({ ...wanted, imageId: record.imageId }) === JSON.stringify(contentOf(record));
	};
	/** What stands in the way of it, by its name or its id. */
	const present = ({ id, name }: SnapshotDocument) =>
		snapshots.all().filter((record) => record.id === id || record.name === name);
	return {
		lookup,
		templateText(name) {
			const template = lookup.template(name);
			if (template === null) throw new Error(`the template ${name} was there when the blueprint was parsed`);
			return writeTemplate(template);
		},
		compareTemplate(name, text): Standing {
			const own = lookup.template(name);
			if (own === null) return "absent";
			return writeTemplate(own) === writeTemplate(parse(name, text)) ? "same" : "different";
		},
		putTemplate: (name, text) => void templates.put(templateDocument(templateInputOf(parse(name, text)))),
		snapshotDocument(name) {
			const record = snapshots.get(name);
			const document = snapshotDocument.parse({ id: record.id, ...contentOf(record) });
			return { id: record.id, name: record.name, document };
		},
		snapshotImage: (value) => readSnapshot(value).image,
		compareSnapshot(value): Standing {
			const document = readSnapshot(value);
			const found = present(document);
			if (found.length === 0) return "absent";
			return found.length === 1 && found.every(same(document)) ? "same" : "different";
		},
		putSnapshot(value, imageId) {
			const document = readSnapshot(value);
			for (const record of present(document)) {
				refuseParent(record, snapshots);
				snapshots.remove(record);
			}
			snapshots.add([{ ...document, imageId, parentId: null, rangeSnapshotId: null }]);
		},
		refuseReplacing(value) {
			for (const record of present(readSnapshot(value))) refuseParent(record, snapshots);
		},
		lookupWith(texts, documents) {
			const added = new Map(texts.map(([name, text]) => [name, parse(name, text)]));
			const saved = new Map(documents.map((value) => [readSnapshot(value).name, sourceOf(value)]));
			return {
				template: (name) => added.get(name) ?? lookup.template(name),
				templateNames: () => [...new Set([...added.keys(), ...lookup.templateNames()])].sort(),
				snapshot: (name) => saved.get(name) ?? lookup.snapshot(name),
				snapshotNames: () => [...new Set([...saved.keys(), ...lookup.snapshotNames()])].sort(),
			};
		},
	};
}

function parse(name: string, text: string): MachineTemplate {
	const { template, errors } = parseTemplate(text, `${name}.yaml`);
	if (template === null) throw blueprintInvalid(`${name}.yaml`, errors, "template");
	return template;
}

function readSnapshot(value: unknown): SnapshotDocument {
	const parsed = snapshotDocument.safeParse(value);
	if (parsed.success) return parsed.data;
	const [issue] = parsed.error.issues;
	throw new HomerangeError("INPUT_INVALID", "A snapshot in the bundle is not as this version knows them.", {
		remedy: "Install it with the version of Homerange that made it, or a later one. Nothing was changed.",
		detail: `${issue?.path.join(".")}: ${issue?.message}`,
	});
}

function sourceOf(value: unknown): SnapshotSource {
	const { name, provider, image, defaults } = readSnapshot(value);
	return { name, provider, image, defaults };
}

function contentOf(record: SnapshotRecord): Omit<SnapshotDocument, "id"> {
	const { name, description, tags, image, imageId, sizeBytes, ownBytes, defaults } = record;
	const { sourceMachine, sourceRange, source, createdAt } = record;
	const content = {
		name,
		description,
		tags: [...tags],
		provider: "docker" as const,
		image,
		imageId,
		sizeBytes,
		ownBytes,
	};
	return { ...content, defaults, sourceMachine, sourceRange, source, createdAt };
}

function refuseParent({ id, name }: SnapshotRecord, snapshots: SnapshotStore): void {
	const child = snapshots.all().find(({ parentId }) => parentId === id);
	if (child === undefined) return;
	throw new HomerangeError("IN_USE", `The snapshot ${name} cannot be replaced: ${child.name} stands on it.`, {
		remedy: "Keep what is here (--keep), or rename the snapshot first.",
		place: name,
	});
}
