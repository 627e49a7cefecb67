import { HomerangeError } from "../../contract/errors.ts";
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
import type { SnapshotStore } from "../snapshots/index.ts";
import type { BundleLibrary, Standing } from "./deps.ts";
import { rangeSnapshots } from "./range-snapshots.ts";
import { refuseReplacing } from "./replacing.ts";
import { carriedSnapshot, isSameSnapshot, readSnapshot, type SnapshotDocument } from "./snapshot-document.ts";

/** The engine's stores as bundles use them. */
export function bundleLibrary(
	lookup: TemplateLookup,
	templates: TemplateStore,
	snapshots: SnapshotStore,
): BundleLibrary {
	/** What stands in the way of it, by its name or its id. */
	const present = ({ id, name }: SnapshotDocument) =>
		snapshots.all().filter((record) => record.id === id || record.name === name);
	const isOfRange = ({ name }: SnapshotDocument) => snapshots.ranges().some((record) => record.name === name);
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
		snapshotDocument: (name) => carriedSnapshot(snapshots.get(name)),
		snapshotFacts: readSnapshot,
		...rangeSnapshots(snapshots),
		compareSnapshot(value): Standing {
			const document = readSnapshot(value);
			const found = present(document);
			if (isOfRange(document)) return "different";
			if (found.length === 0) return "absent";
			return found.length === 1 && found.every((record) => isSameSnapshot(document, record)) ? "same" : "different";
		},
		putSnapshot(value, imageId) {
			const document = readSnapshot(value);
			const going = present(document);
			refuseReplacing(snapshots, going);
			for (const record of going) snapshots.remove(record);
			snapshots.add([{ ...document, imageId, parentId: null, rangeSnapshotId: null }]);
		},
		refuseReplacing(value) {
			const document = readSnapshot(value);
			if (isOfRange(document)) {
				throw new HomerangeError("NAME_TAKEN", `Here ${document.name} is the snapshot of a range.`, {
					remedy: "Keep what is here (--keep), or delete that snapshot first.",
					place: document.name,
				});
			}
			refuseReplacing(snapshots, present(document));
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

function sourceOf(value: unknown): SnapshotSource {
	const { name, provider, image, defaults } = readSnapshot(value);
	return { name, provider, image, defaults };
}
