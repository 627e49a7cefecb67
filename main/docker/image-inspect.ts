import { z } from "zod";
import { HomerangeError } from "../../contract/errors.ts";
import { isNotFound } from "./api-errors.ts";
import { asking } from "./asking.ts";
import type { DockerEngine } from "./engine.ts";

/** The parts of `GET /images/NAME/json` that are used. */
const inspectAnswer = z.object({
	Id: z.string().max(200),
	RepoTags: z.array(z.string()).nullish(),
	Architecture: z.string().max(100),
	Os: z.string().max(100).optional(),
	Size: z.number(),
	Created: z.string().max(100).nullish(),
	Config: z
		.object({
			Env: z.array(z.string()).nullish(),
			Cmd: z.array(z.string()).nullish(),
			Entrypoint: z.array(z.string()).nullish(),
			User: z.string().nullish(),
			WorkingDir: z.string().nullish(),
			ExposedPorts: z.record(z.string(), z.unknown()).nullish(),
			Labels: z.record(z.string(), z.string()).nullish(),
		})
		.nullish(),
	RootFS: z.object({ Layers: z.array(z.string()).nullish() }).nullish(),
});

export interface ImageFacts {
	/** The config's digest in a classic store, the manifest's in a containerd store: equal ids are equal images, different ids may be. */
	id: string;
	tags: string[];
	/** Go's name: "amd64", "arm64", … */
	architecture: string;
	/** "linux"; empty when the image does not say it. */
	os: string;
	/** ISO 8601; null when the image does not say it. */
	createdAt: string | null;
	sizeBytes: number;
	/** Digests of the unpacked layers, lowest first. */
	layers: string[];
	/** "80/tcp". */
	exposedPorts: string[];
	environment: string[];
	command: string[];
	entrypoint: string[];
	user: string;
	workingFolder: string;
	labels: Record<string, string>;
}

const reference =
	/^[a-zA-Z0-9][a-zA-Z0-9._-]*(:[0-9]+)?(\/[a-zA-Z0-9._-]+)*(:[a-zA-Z0-9_][a-zA-Z0-9._-]{0,127})?(@sha256:[a-f0-9]{64})?$/;

/** An image's reference as the engine's paths take it; INPUT_INVALID when it is none. `:latest` is added as the CLI does. */
export function imageReference(image: string): string {
	if (image.length > 500 || !reference.test(image) || image.split("/").some((part) => part === ".." || part === ".")) {
		throw new HomerangeError("INPUT_INVALID", `"${image.slice(0, 100)}" is not the name of an image.`, {
			remedy: "Write it as name:tag, for example nginx:1.29 or registry.example/team/web:2.",
		});
	}
	const last = image.slice(image.lastIndexOf("/") + 1);
	return last.includes(":") || last.includes("@") || /^sha256$/.test(last) ? image : `${image}:latest`;
}

/** The short name by which engines list an image: without the public registry's host and its "library/". */
export function familiarName(reference: string): string {
	return reference.replace(/^(index\.)?docker\.io\//, "").replace(/^library\//, "");
}

/** What an engine knows about an image, by reference or by id; null when it does not have it. */
export async function inspectImage(
	engine: DockerEngine,
	image: string,
	signal?: AbortSignal,
): Promise<ImageFacts | null> {
	let answer: unknown;
	try {
		answer = await asking(engine.api).getImage(image).inspect({ abortSignal: signal });
	} catch (error) {
		if (isNotFound(error)) return null;
		throw error;
	}
	const parsed = inspectAnswer.safeParse(answer);
	if (!parsed.success) {
		throw new HomerangeError(
			"ENGINE_REFUSED",
			`The Docker Engine (${engine.label}) described ${image} in an unknown way.`,
			{
				place: engine.label,
				detail: parsed.error.message,
			},
		);
	}
	const {
		Id: id,
		RepoTags: tags,
		Architecture: architecture,
		Os: os,
		Created: createdAt,
		Size: sizeBytes,
		Config: config,
		RootFS: rootFs,
	} = parsed.data;
	return {
		id,
		tags: tags ?? [],
		architecture,
		os: os ?? "",
		createdAt: createdAt || null,
		sizeBytes,
		layers: rootFs?.Layers ?? [],
		exposedPorts: Object.keys(config?.ExposedPorts ?? {}),
		environment: config?.Env ?? [],
		command: config?.Cmd ?? [],
		entrypoint: config?.Entrypoint ?? [],
		user: config?.User ?? "",
		workingFolder: config?.WorkingDir ?? "",
		labels: config?.Labels ?? {},
	};
}

/** The same image, even when two kinds of store name it differently: same layers and same configuration. */
export function isSameImage(a: ImageFacts, b: ImageFacts): boolean {
	if (a.id === b.id) return true;
	const essence = ({ id: _id, tags: _tags, sizeBytes: _size, createdAt: _at, ...rest }: ImageFacts) =>
		JSON.stringify(sortedKeys(rest));
	return a.layers.length > 0 && essence(a) === essence(b);
}

function sortedKeys(value: unknown): unknown {
	if (Array.isArray(value)) return value.map(sortedKeys);
	if (typeof value !== "object" || value === null) return value;
	return Object.fromEntries(
		Object.entries(value)
			.sort(([a], [b]) => (a < b ? -1 : 1))
			.map(([key, item]) => [key, sortedKeys(item)]),
	);
}
