import { createHash } from "node:crypto";
import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";
import { type Endpoint, readSmall } from "./endpoint.ts";

const contextLimit = 64;

const cliConfig = z.object({ currentContext: z.string().max(255).optional() });
const contextMeta = z.object({
	Name: z.string().max(255),
	Endpoints: z.object({
		docker: z.object({ Host: z.string().max(4096).optional(), SkipTLSVerify: z.boolean().optional() }).optional(),
	}),
});

export interface Places {
	/** In the order in which they are tried. */
	endpoints: Endpoint[];
	/** Only the first may be used: the user named it for this process (DOCKER_HOST, DOCKER_CONTEXT). */
	isExplicit: boolean;
	/** Files that could not be read or understood, in sentences. */
	problems: string[];
}

/**
 * Every place where the Docker CLI, or a desktop product, would have an engine: DOCKER_HOST, DOCKER_CONTEXT or the
 * current context, the other contexts, then the well-known sockets.
 */
export async function findPlaces(env: NodeJS.ProcessEnv, homeFolder: string): Promise<Places> {
	const problems: string[] = [];
	const configFolder = env.DOCKER_CONFIG || join(homeFolder, ".docker");
	const contexts = await readContexts(configFolder, problems);
	const endpoints: Endpoint[] = [];
	const host = env.DOCKER_HOST;
	const wantedContext = env.DOCKER_CONTEXT;
	if (host) endpoints.push(fromEnvironment(host, env, configFolder));
	// The CLI ignores every context when DOCKER_HOST is set.
	const named = wantedContext || (host ? undefined : await currentContext(configFolder, problems));
	if (named && named !== "default") {
		const context = contexts.find(({ source }) => source === `context ${named}`);
		if (context) endpoints.push(context);
		else {
			const message = `The context "${named}" does not exist in ${configFolder}.`;
			problems.push(message);
			// Named for this process and missing: nothing else may silently take its place.
			if (wantedContext && !host) endpoints.push(place(`context ${named}`, "missing://context"));
		}
	}
	const isExplicit = Boolean(host) || Boolean(wantedContext && wantedContext !== "default");
	endpoints.push(...contexts, ...wellKnownSockets(env, homeFolder));
	const seen = new Set<string>();
	return { endpoints: endpoints.filter(({ url }) => !seen.has(url) && seen.add(url)), isExplicit, problems };
}

function place(source: string, url: string): Endpoint {
	return { source, url, tlsFolder: null, skipTlsVerify: false };
}

function fromEnvironment(host: string, env: NodeJS.ProcessEnv, configFolder: string): Endpoint {
	const url = host.includes("://") ? host : `tcp://${host}`;
	const certificates = env.DOCKER_CERT_PATH;
	const wantsTls = Boolean(env.DOCKER_TLS_VERIFY) || Boolean(env.DOCKER_TLS) || Boolean(certificates);
	return {
		source: "DOCKER_HOST",
		url,
		tlsFolder: wantsTls ? certificates || configFolder : null,
		skipTlsVerify: !env.DOCKER_TLS_VERIFY,
	};
}

async function currentContext(configFolder: string, problems: string[]): Promise<string | undefined> {
	const file = join(configFolder, "config.json");
	return (await readJson(file, cliConfig, problems))?.currentContext;
}

/** Contexts as the CLI stores them: contexts/meta/<sha256 of the name>/meta.json. */
async function readContexts(configFolder: string, problems: string[]): Promise<Endpoint[]> {
	const folder = join(configFolder, "contexts", "meta");
	let ids: string[];
	try {
		ids = (await readdir(folder)).sort().slice(0, contextLimit);
	} catch (error) {
		if (error instanceof Error && "code" in error && error.code === "ENOENT") return [];
		problems.push(`${folder} cannot be read: ${error instanceof Error ? error.message : error}.`);
		return [];
	}
	const metas = await Promise.all(ids.map((id) => readJson(join(folder, id, "meta.json"), contextMeta, problems)));
	return metas.flatMap((meta) => {
		const docker = meta?.Endpoints.docker;
		if (!meta || !docker?.Host) return [];
		const id = createHash("sha256").update(meta.Name).digest("hex");
		const tls = join(configFolder, "contexts", "tls", id, "docker");
		return [
			{
				source: `context ${meta.Name}`,
				url: docker.Host,
				// Only the CLI's TLS endpoints have this folder; reading it later simply finds no files otherwise.
				tlsFolder: docker.Host.startsWith("tcp://") && !docker.Host.endsWith(":2375") ? tls : null,
				skipTlsVerify: docker.SkipTLSVerify ?? false,
			},
		];
	});
}

async function readJson<T>(file: string, schema: z.ZodType<T>, problems: string[]): Promise<T | null> {
	try {
		const text = await readSmall(file);
		return text === null ? null : schema.parse(JSON.parse(text.toString()));
	} catch (error) {
		problems.push(`${file} cannot be used: ${error instanceof Error ? error.message.slice(0, 200) : error}.`);
		return null;
	}
}

function wellKnownSockets(env: NodeJS.ProcessEnv, homeFolder: string): Endpoint[] {
	const runtime = env.XDG_RUNTIME_DIR;
	const paths = [
		"/var/run/docker.sock",
		...(runtime ? [join(runtime, "docker.sock")] : []),
		join(homeFolder, ".docker", "desktop", "docker.sock"),
		join(homeFolder, ".docker", "run", "docker.sock"),
		join(homeFolder, ".rd", "docker.sock"),
		join(homeFolder, ".colima", "default", "docker.sock"),
		...(runtime ? [join(runtime, "podman", "podman.sock")] : []),
		"/run/podman/podman.sock",
	];
	return paths.map((path) => place(path, `unix://${path}`));
}
