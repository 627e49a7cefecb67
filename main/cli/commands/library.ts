import type { Template } from "../../../contract/library.ts";
import { withEngine } from "../connect.ts";
import { templateText } from "../terminal/describe-library.ts";
import { type Format, print, printJson } from "../terminal/print.ts";
import { table } from "../terminal/text.ts";

export async function listLibrary(format: Format): Promise<void> {
	const templates = await withEngine((client) => client.api.library.templates({}));
	if (format === "json") return printJson(templates);
	const rows = templates.map(({ name, title, kind, os, image, consoles, shipped, users }) => [
		name,
		title,
		kind,
		os,
		image,
		consoles.join(", "),
		shipped ? "shipped" : "own",
		users.length === 0 ? "" : String(users.length),
	]);
	await print(table(["TEMPLATE", "TITLE", "KIND", "OS", "IMAGE", "CONSOLES", "FROM", "USERS"], rows));
}

export async function showTemplate(name: string, format: Format): Promise<void> {
	await printTemplate(await withEngine((client) => client.api.library.template({ name })), format);
}

async function printTemplate(template: Template, format: Format): Promise<void> {
	if (format === "json") await printJson(template);
	else await print(templateText(template));
}
