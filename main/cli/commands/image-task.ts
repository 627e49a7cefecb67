import { resolve } from "node:path";
import { HomerangeError } from "../../../contract/errors.ts";
import type { Template, TemplateInput } from "../../../contract/library.ts";
import type { EngineClient } from "../../rpc/client.ts";
import { withEngine } from "../connect.ts";
import { followTasks, throwIfFailed } from "../follow-tasks.ts";
import { type Format, print, printJson, say } from "../terminal/print.ts";
import { plain } from "../terminal/text.ts";
import { lines, printImage } from "./image.ts";

export interface PullOptions {
	platform?: string;
	format: Format;
}

export interface ImportOptions {
	name?: string;
	overwrite?: boolean;
	format: Format;
}

export interface ExportOptions {
	overwrite?: boolean;
	format: Format;
}

export interface BuildOptions {
	tag: string;
	file: string;
	network: "default" | "none";
	format: Format;
}

export interface PromoteOptions {
	name?: string;
	title?: string;
	description?: string;
	os?: TemplateInput["os"];
	kind?: TemplateInput["kind"];
	provider?: TemplateInput["provider"];
	vnc?: number;
	dryRun?: boolean;
	format: Format;
}

export async function pullImage(reference: string, { platform, format }: PullOptions): Promise<void> {
	await withEngine(async (client) => {
		const request = { reference, ...(platform === undefined ? {} : { platform }) };
		const { taskId } = await client.api.images.pull(request);
		throwIfFailed(await followTasks(client, [taskId]));
		await printImage(client, reference, format);
	});
}

/** JSON: an array of the images, because an archive can hold several. */
export async function importImage(path: string, { name, overwrite = false, format }: ImportOptions): Promise<void> {
	await withEngine(async (client) => {
		const request = { path: resolve(path), overwrite, ...(name === undefined ? {} : { name }) };
		const { taskId } = await client.api.images.import(request);
		throwIfFailed(await followTasks(client, [taskId]));
		const { names } = await client.api.images.imported({ taskId });
		if (format === "json") await printJson(await Promise.all(names.map((image) => client.api.images.get({ image }))));
		else await print(names.map(plain).join("\n"));
	});
}

export async function exportImage(
	image: string,
	file: string,
	{ overwrite = false, format }: ExportOptions,
): Promise<void> {
	const path = resolve(file);
	await withEngine(async (client) => {
		const { taskId } = await client.api.images.export({ image, path, overwrite });
		throwIfFailed(await followTasks(client, [taskId]));
		if (format === "json") await printJson({ image, path });
		else await print(plain(path));
	});
}

/** The recipe's output goes to stderr while it is made. */
export async function buildImage(folder: string, { tag, file, network, format }: BuildOptions): Promise<void> {
	await withEngine(async (client) => {
		const request = { folder: resolve(folder), tag, dockerfile: file, network };
		const { taskId } = await client.api.images.build(request);
		const isQuiet = Boolean(process.env.HOMERANGE_QUIET);
		// Its lines are the progress; a view that redraws itself would tear them.
		const [tasks] = await Promise.all([
			followTasks(client, [taskId], { update: () => undefined, end: () => undefined }),
			isQuiet ? null : showOutput(client, taskId),
		]);
		throwIfFailed(tasks);
		await printImage(client, tag, format);
	});
}

async function showOutput({ api }: EngineClient, taskId: string): Promise<void> {
	for await (const { line } of await api.images.buildOutput({ taskId })) say(plain(line));
}

export async function promoteImage(image: string, options: PromoteOptions): Promise<void> {
	const { name, title, description, os, kind, provider, vnc, dryRun, format } = options;
	await withEngine(async ({ api }) => {
		const { input: filled, notes } = await api.images.promoteForm({ image });
		const input: TemplateInput = {
			...filled,
			...(name === undefined ? {} : { name }),
			...(title === undefined ? {} : { title }),
			...(description === undefined ? {} : { description }),
			...(os === undefined ? (kind === "windows-vm" ? { os: "windows" as const } : {}) : { os }),
			...(kind === undefined ? {} : { kind }),
			...(provider === undefined ? {} : { provider }),
			...(vnc === undefined ? {} : { vncPort: vnc, display: "desktop" as const }),
		};
		for (const note of notes) say(plain(note));
		if (dryRun) return await show(input, format);
		try {
			await show(await api.images.promote(input), format);
		} catch (error) {
			if (error instanceof HomerangeError && error.code === "NAME_TAKEN" && name === undefined) {
				throw new HomerangeError("NAME_TAKEN", error.message, {
					...error.toInfo(),
					remedy: "Give another name with --name.",
				});
			}
			throw error;
		}
	});
}

async function show(template: TemplateInput | Template, format: Format): Promise<void> {
	if (format === "json") return await printJson(template);
	await print(
		lines(template.name, [
			["title", template.title],
			["description", template.description ?? "-"],
			["os", template.os],
			["kind", template.kind],
			["image", template.image],
			["ports", template.ports?.join(", ") || "-"],
			["desktop", template.vncPort?.toString() ?? "-"],
		]),
	);
}
