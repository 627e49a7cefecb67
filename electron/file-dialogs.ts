import { open, readFile, rename, rm, stat } from "node:fs/promises";
import { basename } from "node:path";
import { dialog, type FileFilter, type OpenDialogOptions, type WebContents } from "electron";
import { z } from "zod";
import { type OpenedFile, type PathQuestion, pathQuestion, type SmallFile, smallFile } from "../contract/shell.ts";
import { answer } from "./ipc.ts";
import { windowOf } from "./page-window.ts";

const allFiles: FileFilter = { name: "All files", extensions: ["*"] };
const yamlFiles: FileFilter = { name: "YAML files", extensions: ["yaml", "yml"] };
const largestTemplate = 64 * 1024;

type What<K extends PathQuestion["kind"]> = Extract<PathQuestion, { kind: K }>["what"];

const opening: Record<What<"open">, OpenDialogOptions> = {
	blueprint: {
		title: "Open a blueprint",
		properties: ["openFile"],
		filters: [{ name: "Blueprints", extensions: ["yaml", "yml"] }, allFiles],
	},
	image: {
		title: "Import an image",
		properties: ["openFile"],
		filters: [
			{ name: "Images", extensions: ["tar", "gz", "tgz", "zst", "qcow2", "raw", "img", "vmdk", "vdi", "ova", "box"] },
			allFiles,
		],
	},
	imageFolder: { title: "Import an OCI layout", properties: ["openDirectory"] },
	recipe: { title: "Build from a folder with a Dockerfile", properties: ["openDirectory"] },
	iso: {
		title: "Choose an ISO image",
		properties: ["openFile"],
		filters: [{ name: "ISO images", extensions: ["iso", "img"] }, allFiles],
	},
	bundle: { title: "Install a bundle", properties: ["openFile"], filters: [allFiles] },
};

const saving: Record<What<"save">, string> = { image: "Export an image", bundle: "Write a bundle" };

/** The system's dialogs that ask which file, for what the page can do with one. */
export function setupFileDialogs(): void {
	answer("homerange:choose-path", pathQuestion, choosePath);
	answer("homerange:open-template", z.undefined(), (_nothing, page) => openTemplate(page));
	answer("homerange:save-template", smallFile, saveTemplate);
}

async function choosePath(question: PathQuestion, page: WebContents): Promise<string | null> {
	if (question.kind === "open") return await chooseToOpen(opening[question.what], page);
	return await chooseToSave(saving[question.what], question.name, [allFiles], page);
}

async function chooseToOpen(options: OpenDialogOptions, page: WebContents): Promise<string | null> {
	const { canceled, filePaths } = await dialog.showOpenDialog(windowOf(page), options);
	return canceled ? null : (filePaths[0] ?? null);
}

async function chooseToSave(
	title: string,
	name: string,
	filters: FileFilter[],
	page: WebContents,
): Promise<string | null> {
	const defaultPath = name.replaceAll(/[^a-z0-9._-]/gi, "_");
	const { canceled, filePath } = await dialog.showSaveDialog(windowOf(page), { title, defaultPath, filters });
	return canceled || filePath === "" ? null : filePath;
}

async function openTemplate(page: WebContents): Promise<OpenedFile | null> {
	const options: OpenDialogOptions = {
		title: "Import a template",
		properties: ["openFile"],
		filters: [yamlFiles, allFiles],
	};
	const path = await chooseToOpen(options, page);
	if (path === null) return null;
	const { size } = await stat(path);
	return { file: basename(path), text: size > largestTemplate ? null : await readFile(path, "utf8") };
}

/** The file appears when it is whole: a template that was there stays until then. */
async function saveTemplate({ file, text }: SmallFile, page: WebContents): Promise<string | null> {
	const path = await chooseToSave("Export a template", file, [yamlFiles, allFiles], page);
	if (path === null) return null;
	const draft = `${path}.${process.pid}.new`;
	try {
		await using handle = await open(draft, "wx");
		await handle.writeFile(text);
		await rename(draft, path);
	} catch (error) {
		await rm(draft, { force: true });
		throw error;
	}
	return path;
}
