import { HomerangeError } from "../../../contract/errors.ts";
import type { EngineClient } from "../../rpc/client.ts";
import { withEngine } from "../connect.ts";
import { bytesOf } from "../size-argument.ts";
import { confirm } from "../terminal/ask.ts";
import { type Format, print, printJson } from "../terminal/print.ts";
import { plain } from "../terminal/text.ts";
import { printEntry } from "./library.ts";
import { type Entry, type EntryKind, findEntry } from "./library-entry.ts";

export interface KindOptions {
	kind?: EntryKind;
}

export interface EditOptions extends KindOptions {
	name?: string;
	title?: string;
	description?: string;
	tag?: string[];
	image?: string;
	cpus?: number;
	memory?: string;
	disk?: string;
	format: Format;
}

export interface DeleteOptions extends KindOptions {
	yes?: boolean;
	format: Format;
}

const allowed: Readonly<Record<EntryKind, readonly (keyof EditOptions)[]>> = {
	template: ["title", "description", "tag", "image", "cpus", "memory", "disk"],
	snapshot: ["name", "description", "tag"],
	"range-snapshot": ["description"],
};
const editable = ["name", "title", "description", "tag", "image", "cpus", "memory", "disk"] as const;

export async function editEntry(name: string, options: EditOptions): Promise<void> {
	await withEngine(async (client) => {
		const found = await findEntry(client, name, options.kind);
		const given = editable.filter((key) => options[key] !== undefined);
		const odd = given.find((key) => !allowed[found.kind].includes(key));
		if (odd !== undefined || given.length === 0) {
			const words = allowed[found.kind].map((key) => `--${key}`).join(", ");
			throw new HomerangeError(
				"USAGE",
				odd === undefined ? "Nothing is to be changed." : `A ${found.kind.replace("-", " ")} has no ${odd} to change.`,
				{ remedy: `Give ${words}.` },
			);
		}
		await printEntry(await edit(client, found, options), options.format);
	});
}

async function edit({ api }: EngineClient, { kind, entry }: Entry, options: EditOptions): Promise<Entry> {
	const { name, title, description, tag: tags, image, cpus } = options;
	switch (kind) {
		case "template": {
			const changes = {
				...(title === undefined ? {} : { title }),
				...(description === undefined ? {} : { description }),
				...(tags === undefined ? {} : { tags }),
				...(image === undefined ? {} : { image }),
				...(cpus === undefined ? {} : { cpus }),
				...(options.memory === undefined ? {} : { memoryBytes: bytesOf(options.memory) }),
				...(options.disk === undefined ? {} : { diskBytes: bytesOf(options.disk) }),
			};
			return { kind, entry: await api.library.updateTemplate({ name: entry.name, changes }) };
		}
		case "snapshot": {
			const changes = {
				...(name === undefined ? {} : { name }),
				...(description === undefined ? {} : { description }),
				...(tags === undefined ? {} : { tags }),
			};
			return { kind, entry: await api.snapshots.edit({ snapshot: entry.id, ...changes }) };
		}
		case "range-snapshot":
			return { kind, entry: await api.rangeSnapshots.edit({ snapshot: entry.id, description: description ?? "" }) };
	}
}

export async function deleteEntry(name: string, { kind: wanted, yes, format }: DeleteOptions): Promise<void> {
	await withEngine(async (client) => {
		const { api } = client;
		const { kind, entry } = await findEntry(client, name, wanted);
		const what = kind === "range-snapshot" ? "snapshot of a range" : kind;
		if (!yes) await confirm(`Delete the ${what} ${plain(entry.name)}?`);
		if (kind === "template") await api.library.deleteTemplate({ name: entry.name });
		else if (kind === "snapshot") await api.snapshots.delete({ snapshot: entry.id });
		else await api.rangeSnapshots.delete({ snapshot: entry.id });
		if (format === "json") await printJson({ kind, name: entry.name, state: "deleted" });
		else await print(`The ${what} ${plain(entry.name)} is deleted.`);
	});
}

export async function duplicateTemplate(name: string, copy: string, format: Format): Promise<void> {
	const entry = await withEngine(({ api }) => api.library.duplicateTemplate({ name, copy }));
	await printEntry({ kind: "template", entry }, format);
}
