import type { ImageConfig, PromoteForm } from "../../contract/images.ts";
import { libraryName, type TemplateInput } from "../../contract/library.ts";
import { printable } from "../docker/api-errors.ts";
import { findImage, type ListParts, readScene } from "./image-list.ts";
import type { HostImage } from "./inventory.ts";

const titleLabels = ["org.opencontainers.image.title", "org.label-schema.name"];
const descriptionLabels = ["org.opencontainers.image.description", "org.label-schema.description"];

/** A template of an image, filled in as far as the image tells. */
export async function promoteForm(parts: ListParts, name: string, signal?: AbortSignal): Promise<PromoteForm> {
	const disk = parts.pool.find(name);
	if (disk !== null) {
		const input: TemplateInput = {
			name: templateName(disk.name),
			title: disk.name,
			os: "linux",
			kind: "linux-vm",
			image: disk.name,
			diskBytes: disk.virtualBytes,
			display: "desktop",
		};
		return {
			input,
			config: null,
			notes: ["A disk does not say which system is on it: choose the system and the kind."],
		};
	}
	const scene = await readScene(parts, await parts.deps.host.ready(signal), signal);
	const found = findImage(scene, name);
	if (found.kind === "disk") throw new Error("a disk came into the pool meanwhile");
	return formOf(found.image, found.reference ?? found.image.references[0] ?? found.image.id);
}

/** Everything that an image says is foreign text: bounded and without control characters before it becomes a template. */
export function formOf({ facts }: Pick<HostImage, "facts">, reference: string): PromoteForm {
	const { labels, exposedPorts, architecture, entrypoint, command, environment, user, workingFolder } = facts;
	const config: ImageConfig = { entrypoint, command, environment, exposedPorts, user, workingFolder, labels };
	const label = (keys: readonly string[], limit: number) => {
		const key = keys.find((one) => labels[one]);
		return key === undefined ? "" : printable(labels[key] ?? "", limit).replaceAll(/\s+/g, " ");
	};
	const title = label(titleLabels, 200) || printable(reference, 200);
	const description = label(descriptionLabels, 1000);
	const ports = exposedPorts.filter((port) => /^\d{1,5}\/(tcp|udp|sctp)$/.test(port)).slice(0, 64);
	const vncPort = desktopPort(ports);
	const notes: string[] = [];
	if (vncPort !== null) notes.push(`Port ${vncPort} is taken for a desktop's.`);
	const native = nativeOf(architecture);
	if (native === null) notes.push(`It is made for ${architecture || "a processor that it does not name"}.`);
	const input: TemplateInput = {
		name: templateName(reference),
		title,
		os: "linux",
		kind: "container",
		image: reference,
		display: vncPort === null ? "headless" : "desktop",
		ports,
		tags: [],
		...(description === "" ? {} : { description }),
		...(vncPort === null ? {} : { vncPort }),
		...(native === null ? {} : { architecture: native }),
	};
	return { input, config, notes };
}

/** "registry.example/team/web:2" gives "web". */
function templateName(reference: string): string {
	const last = reference.replace(/@.*$/, "").split("/").at(-1) ?? "";
	const name = last
		.replace(/:.*$/, "")
		.toLowerCase()
		.replaceAll(/[^a-z0-9]+/g, "-")
		.replace(/^[^a-z]+/, "")
		.slice(0, 41)
		.replace(/-+$/, "");
	return libraryName.safeParse(name).success ? name : "image";
}

function desktopPort(ports: readonly string[]): number | null {
	const numbers = ports.filter((port) => port.endsWith("/tcp")).map((port) => Number.parseInt(port, 10));
	return numbers.find((port) => port >= 5900 && port <= 5909) ?? null;
}

function nativeOf(architecture: string): "x86_64" | "arm64" | null {
	if (architecture === "amd64") return "x86_64";
	return architecture === "arm64" ? "arm64" : null;
}
