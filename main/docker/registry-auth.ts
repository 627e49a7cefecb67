import { spawn } from "node:child_process";
import { open } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";
import { HomerangeError } from "../../contract/errors.ts";

/** What goes to the engine as X-Registry-Auth. Never log it. */
export type RegistryAuth = { serveraddress: string } & (
	| { username: string; password: string }
	| { identitytoken: string }
);

export interface CredentialPlaces {
	readonly env: NodeJS.ProcessEnv;
	readonly homeFolder: string;
}

const dockerHub = "https://index.docker.io/v1/";
const configLimit = 4 * 1024 * 1024;
const helperOutputLimit = 64 * 1024;
const helperLimitMs = 20_000;

/** The parts of the Docker CLI's config.json that are used. */
const configFile = z.looseObject({
	auths: z
		.record(z.string(), z.looseObject({ auth: z.string().optional(), identitytoken: z.string().optional() }))
		.optional(),
	credsStore: z.string().optional(),
	credHelpers: z.record(z.string(), z.string()).optional(),
});
type ConfigFile = z.infer<typeof configFile>;

/** What a helper says: an empty user name, or this one, goes with an identity token. */
const helperAnswer = z.object({ Username: z.string(), Secret: z.string() });
const tokenUser = "<token>";

/** The registry that a reference names, as Docker keys its credentials. */
export function registryOf(reference: string): string {
	const slash = reference.indexOf("/");
	const first = slash === -1 ? "" : reference.slice(0, slash);
	const isHost = first.includes(".") || first.includes(":") || first === "localhost";
	return isHost && first !== "docker.io" && first !== "index.docker.io" ? first : dockerHub;
}

/**
 * The credentials that the Docker CLI would send for an image: from the helper that its config.json names for the
 * registry or for all, or from the file itself. Null when it has none. Errors: `FORBIDDEN` when there should be some
 * and they cannot be had, in a sentence without anything that the helper said.
 */
export async function registryAuth(
	reference: string,
	{ env, homeFolder }: CredentialPlaces,
	signal?: AbortSignal,
): Promise<RegistryAuth | null> {
	const file = join(env.DOCKER_CONFIG || join(homeFolder, ".docker"), "config.json");
	const config = await readConfig(file);
	if (config === null) return null;
	const registry = registryOf(reference);
	const helper =
		config.credHelpers?.[registry === dockerHub ? "index.docker.io" : registry] ??
		config.credHelpers?.[registry] ??
		config.credsStore;
	if (helper !== undefined && helper !== "") {
		const found = await askHelper(helper, registry, { env, file, ...(signal ? { signal } : {}) });
		if (found !== null) return found;
	}
	return fromFile(config, registry);
}

async function readConfig(file: string): Promise<ConfigFile | null> {
	let text: string;
	try {
		await using handle = await open(file, "r");
		const { size } = await handle.stat();
		if (size > configLimit) throw unreadable(file, "it is too large");
		text = await handle.readFile("utf8");
	} catch (error) {
		if (error instanceof Error && "code" in error && (error.code === "ENOENT" || error.code === "ENOTDIR")) return null;
		throw error instanceof HomerangeError ? error : unreadable(file, String(error));
	}
	try {
		return configFile.parse(JSON.parse(text));
	} catch {
		// The parser's words could repeat what stands in the file.
		throw unreadable(file, "it is not the JSON that the Docker CLI writes");
	}
}

function fromFile({ auths }: ConfigFile, registry: string): RegistryAuth | null {
	const key = Object.keys(auths ?? {}).find((one) => hostOf(one) === hostOf(registry));
	const entry = key === undefined ? undefined : auths?.[key];
	if (entry?.identitytoken) return { serveraddress: registry, identitytoken: entry.identitytoken };
	if (!entry?.auth) return null;
	const text = Buffer.from(entry.auth, "base64").toString("utf8").replace(/\0+$/, "");
	const colon = text.indexOf(":");
	if (colon <= 0) return null;
	return { serveraddress: registry, username: text.slice(0, colon), password: text.slice(colon + 1) };
}

/** Keys of `auths` are written with or without a scheme and a path. */
function hostOf(key: string): string {
	return key.replace(/^https?:\/\//, "").replace(/\/.*$/, "");
}

/** docker-credential-NAME get, the registry on stdin: the protocol of the Docker CLI's helpers. */
async function askHelper(
	name: string,
	registry: string,
	{ env, file, signal }: { env: NodeJS.ProcessEnv; file: string; signal?: AbortSignal },
): Promise<RegistryAuth | null> {
	if (!/^[a-zA-Z0-9][a-zA-Z0-9._-]{0,63}$/.test(name)) {
		throw new HomerangeError("FORBIDDEN", "Docker's config.json names a credential helper that cannot be one.", {
			place: file,
			remedy: "Correct credsStore or credHelpers in that file.",
		});
	}
	const program = `docker-credential-${name}`;
	const { status, output } = await runHelper(program, registry, env, signal);
	if (status !== 0) {
		if (/credentials not found/i.test(output)) return null;
		throw helperFailed(program, `it ended with ${status}`);
	}
	let answer: z.infer<typeof helperAnswer>;
	try {
		answer = helperAnswer.parse(JSON.parse(output));
	} catch {
		throw helperFailed(program, "its answer is not what such a helper says");
	}
	const { Username: username, Secret: secret } = answer;
	if (username === tokenUser || username === "") return { serveraddress: registry, identitytoken: secret };
	return { serveraddress: registry, username, password: secret };
}

function runHelper(
	program: string,
	registry: string,
	env: NodeJS.ProcessEnv,
	signal: AbortSignal | undefined,
): Promise<{ status: number | null; output: string }> {
	return new Promise((resolve, reject) => {
		const limit = AbortSignal.timeout(helperLimitMs);
		const child = spawn(program, ["get"], {
			env,
			stdio: ["pipe", "pipe", "ignore"],
			signal: signal ? AbortSignal.any([signal, limit]) : limit,
			killSignal: "SIGKILL",
		});
		const chunks: Buffer[] = [];
		let size = 0;
		child.stdout.on("data", (chunk: Buffer) => {
			size += chunk.length;
			if (size <= helperOutputLimit) chunks.push(chunk);
			else child.kill("SIGKILL");
		});
		child.once("error", (error) => {
			if (signal?.aborted) reject(error);
			else reject(helperFailed(program, limit.aborted ? "it did not answer in time" : "it could not be started"));
		});
		child.once("close", (status) => {
			if (size > helperOutputLimit) reject(helperFailed(program, "its answer has no end"));
			else resolve({ status, output: Buffer.concat(chunks).toString("utf8") });
		});
		// A helper that ends early closes its input; its exit status says the rest.
		child.stdin.on("error", () => undefined).end(registry);
	});
}

function helperFailed(program: string, why: string): HomerangeError {
	return new HomerangeError("FORBIDDEN", `The credential helper ${program} gave no credentials: ${why}.`, {
		place: program,
		remedy: "Unlock the keychain, or log in anew with docker login.",
	});
}

function unreadable(file: string, why: string): HomerangeError {
	return new HomerangeError("FORBIDDEN", `Docker's config.json cannot be read: ${why}.`, {
		place: file,
		remedy: "Correct the file, or remove it and log in anew with docker login.",
	});
}
