import { HomerangeError } from "../../../contract/errors.ts";
import { formatBytes } from "../../../contract/format-bytes.ts";
import type { Image, ImageDetail, ImageUser } from "../../../contract/images.ts";
import type { EngineClient } from "../../rpc/client.ts";
import { withEngine } from "../connect.ts";
import { type Format, print, printJson, say } from "../terminal/print.ts";
import { plain, plainLines, table } from "../terminal/text.ts";

/** `{"images": […], "missing": […]}`; without an engine the disks, and its error. */
export async function listImages(format: Format): Promise<void> {
	const { images, missing, engineProblem } = await withEngine((client) => client.api.images.list({}));
	if (format === "json") await printJson({ images, missing });
	else {
		await print(images.length === 0 ? "No images yet." : imageTable(images));
		for (const { message } of missing) say(`missing: ${plain(message)}`);
	}
	if (engineProblem !== null) throw HomerangeError.fromInfo(engineProblem);
}

export async function showImage(name: string, format: Format): Promise<void> {
	await withEngine((client) => printImage(client, name, format));
}

export async function printImage({ api }: EngineClient, name: string, format: Format): Promise<void> {
	const image = await api.images.get({ image: name });
	if (format === "json") await printJson(image);
	else await print(imageText(image));
}

function imageTable(images: readonly Image[]): string {
	const rows = images.map((image) => [
		nameOf(image),
		image.kind === "disk" ? image.format : image.architecture || "-",
		formatBytes(image.sizeBytes),
		image.kind === "disk" ? formatBytes(image.sizeBytes) : formatBytes(image.ownBytes),
		image.lastUsed === null ? "-" : image.lastUsed.slice(0, 10),
		image.kind === "disk" && image.problem !== null ? image.problem : users(image.usedBy),
	]);
	return table(["IMAGE", "KIND", "SIZE", "OWN", "LAST USED", "USED BY"], rows);
}

function imageText(image: ImageDetail): string {
	return image.kind === "disk" ? diskText(image) : containerText(image);
}

function diskText(disk: ImageDetail & { kind: "disk" }): string {
	return lines(disk.name, [
		["format", disk.format],
		["file", formatBytes(disk.sizeBytes)],
		["disk", formatBytes(disk.virtualBytes)],
		["sha256", disk.sha256],
		["origin", disk.origin],
		["brought in", disk.createdAt],
		["last used", disk.lastUsed],
		["used by", users(disk.usedBy)],
		...(disk.problem === null ? [] : [["problem", disk.problem] as const]),
	]);
}

function containerText(image: ImageDetail & { kind: "container" }): string {
	const { config, layers } = image;
	const facts = lines(nameOf(image), [
		["id", image.id],
		["names", image.references.join(", ") || "-"],
		["size", formatBytes(image.sizeBytes)],
		["own", formatBytes(image.ownBytes)],
		["shared", formatBytes(image.sharedBytes)],
		["made for", [image.os, image.architecture].filter((word) => word !== "").join("/") || "-"],
		["created", image.createdAt ?? "-"],
		["last used", image.lastUsed ?? "-"],
		["used by", users(image.usedBy)],
		["entrypoint", config.entrypoint.join(" ") || "-"],
		["command", config.command.join(" ") || "-"],
		["user", config.user || "root"],
		["folder", config.workingFolder || "/"],
		["ports", config.exposedPorts.join(", ") || "-"],
	]);
	const rows = layers.map(({ chainId, sizeBytes, sharedWith }) => [
		chainId.slice(0, 12),
		sizeBytes === null ? "-" : formatBytes(sizeBytes),
		String(sharedWith),
	]);
	return `${facts}\n\n${table(["LAYER", "SIZE", "SHARED WITH"], rows)}`;
}

export function lines(title: string, facts: readonly (readonly [string, string])[]): string {
	return [plain(title), ...facts.map(([key, value]) => `  ${key.padEnd(12)} ${plain(plainLines(value))}`)].join("\n");
}

function nameOf(image: Image | ImageDetail): string {
	if (image.kind === "disk") return image.name;
	const [first, ...more] = image.references;
	if (first === undefined) return image.id.slice("sha256:".length, "sha256:".length + 12);
	return more.length === 0 ? first : `${first} (+${more.length})`;
}

function users(usedBy: readonly ImageUser[]): string {
	if (usedBy.length === 0) return "-";
	const shown = usedBy.slice(0, 5).map(({ kind, name }) => `${kind} ${name}`);
	return usedBy.length > shown.length
		? `${shown.join(", ")} and ${usedBy.length - shown.length} more`
		: shown.join(", ");
}
