import { HomerangeError } from "../../../contract/errors.ts";
import { formatBytes } from "../../../contract/format-bytes.ts";
import type { Template } from "../../../contract/library.ts";
import { openLibrary } from "../../library/library.ts";
import { resourcePaths } from "../../paths.ts";
import { type Format, print, printJson } from "../terminal/print.ts";
import { plain, table } from "../terminal/text.ts";

export async function listLibrary(format: Format): Promise<void> {
	const { templates } = await openLibrary(resourcePaths());
	if (format === "json") return printJson(templates);
	const rows = templates.map(({ name, title, provider, image, consoles }) => [
		name,
		title,
		provider,
		image,
		consoles.join(", "),
	]);
	await print(table(["TEMPLATE", "TITLE", "PROVIDER", "IMAGE", "CONSOLES"], rows));
}

export async function showTemplate(name: string, format: Format): Promise<void> {
	const { templates } = await openLibrary(resourcePaths());
	const template = templates.find((candidate) => candidate.name === name);
	if (template === undefined) {
		throw new HomerangeError("TEMPLATE_NOT_FOUND", `There is no template ${plain(name)}.`, {
			remedy: "See `homerange library list`.",
		});
	}
	if (format === "json") await printJson(template);
	else await print(templateText(template));
}

function templateText(template: Template): string {
	const size = (bytes: number | null) => (bytes === null ? "-" : formatBytes(bytes));
	const facts = [
		["title", template.title],
		["description", template.description],
		["os", template.os],
		["provider", template.provider],
		["image", template.image],
		["cpus", template.cpus === null ? "-" : String(template.cpus)],
		["memory", size(template.memoryBytes)],
		["disk", size(template.diskBytes)],
		["consoles", template.consoles.join(", ")],
		["tags", template.tags.join(", ")],
	];
	return [plain(template.name), ...facts.map(([key, value]) => `  ${key?.padEnd(12)} ${plain(value ?? "")}`)].join(
		"\n",
	);
}
