import { writeFile } from "node:fs/promises";
import { resolve } from "node:path";
import { text } from "node:stream/consumers";
import { HomerangeError } from "../../../contract/errors.ts";
import { readTextBounded } from "../../blueprint/read-text.ts";
import { withEngine } from "../connect.ts";
import { type Format, say } from "../terminal/print.ts";
import { printEntry } from "./library.ts";

export interface ExportOptions {
	output?: string;
}

export interface ImportOptions {
	name?: string;
	format: Format;
}

export async function exportTemplate(name: string, { output = "-" }: ExportOptions): Promise<void> {
	const exported = await withEngine(({ api }) => api.library.exportTemplate({ name }));
	if (output === "-") {
		process.stdout.write(exported.text);
		return;
	}
	const path = resolve(output);
	try {
		await writeFile(path, exported.text);
	} catch (error) {
		throw new HomerangeError("INPUT_INVALID", `${path} cannot be written: ${String(error)}.`, {
			place: path,
			remedy: "Check the folder and its permissions.",
			cause: error,
		});
	}
	say(`The template ${name} is in ${path}.`);
}

export async function importTemplate(argument: string, { name, format }: ImportOptions): Promise<void> {
	const file = argument === "-" ? "stdin" : resolve(argument);
	const read = argument === "-" ? await text(process.stdin) : await readTextBounded(file, 64 * 1024, "64 KiB");
	const request = { file, text: read, ...(name === undefined ? {} : { name }) };
	const entry = await withEngine(({ api }) => api.library.importTemplate(request));
	await printEntry({ kind: "template", entry }, format);
}
