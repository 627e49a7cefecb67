// Finding a Docker Engine that answers, in the order in which the docker command looks.
import { createHash } from "node:crypto";
import { request } from "node:http";
import { homedir } from "node:os";
import { join } from "node:path";
import { readJson } from "./cache.mjs";
import { run } from "./run.mjs";

export const defaultSocket = "/var/run/docker.sock";
// Long, because an engine on a busy machine is slow and must not be taken for none.
const answerLimitMs = 20_000;

/**
 * The first engine that answers: { host, version, via }, or undefined. `tried` collects every candidate with its verdict.
 * A set DOCKER_HOST is the only candidate: whoever set it does not want another engine to be used in silence.
 */
export async function findEngine(tried = []) {
	for (const { host, via } of candidates()) {
		const { version, problem } = await askVersion(host);
		tried.push({ host, via, verdict: version ? `Docker ${version}` : problem });
		if (version) return { host, version, via };
	}
	return undefined;
}

/** What the programs we start need so that they use this engine too. */
export function engineEnvironment(engine) {
	return engine && engine.via !== "default socket" ? { DOCKER_HOST: engine.host } : {};
}

/** Runs the docker command. */
export function docker(args, options) {
	return run("docker", args, options);
}

function candidates() {
	if (process.env.DOCKER_HOST) return [{ host: process.env.DOCKER_HOST, via: "DOCKER_HOST" }];
	const list = [];
	const context = contextHost();
	if (context) list.push(context);
	list.push({ host: `unix://${defaultSocket}`, via: "default socket" });
	if (process.env.XDG_RUNTIME_DIR) {
		list.push({ host: `unix://${join(process.env.XDG_RUNTIME_DIR, "docker.sock")}`, via: "rootless socket" });
	}
	list.push({ host: `unix://${join(homedir(), ".docker", "run", "docker.sock")}`, via: "Docker Desktop socket" });
	list.push({ host: `unix://${join(homedir(), ".docker", "desktop", "docker.sock")}`, via: "Docker Desktop socket" });
	return list;
}

/** The endpoint of the current docker context, read from the files that the docker command keeps. */
function contextHost() {
	const folder = process.env.DOCKER_CONFIG || join(homedir(), ".docker");
	const name = process.env.DOCKER_CONTEXT || readJson(join(folder, "config.json"))?.currentContext;
	if (!name || name === "default") return undefined;
	const id = createHash("sha256").update(name).digest("hex");
	const host = readJson(join(folder, "contexts", "meta", id, "meta.json"))?.Endpoints?.docker?.Host;
	return host ? { host, via: `context ${name}` } : undefined;
}

/** Asks an engine for its version: { version }, or { problem, isAbsent } (nobody listens there at all). */
export async function askVersion(host) {
	if (host.startsWith("unix://")) return askSocket(host.slice("unix://".length));
	// TCP with TLS and SSH are the docker command's business.
	const answer = await run("docker", ["-H", host, "version", "--format", "{{.Server.Version}}"], {
		allowFailure: true,
		limitMs: answerLimitMs * 2,
	});
	return answer.code === 0 ? { version: answer.stdout.trim() } : { problem: answer.stderr.trim().split("\n").at(-1) };
}

function askSocket(socketPath) {
	return new Promise((resolve) => {
		const call = request({ socketPath, path: "/version", signal: AbortSignal.timeout(answerLimitMs) }, (reply) => {
			const chunks = [];
			reply.on("data", (chunk) => chunks.push(chunk));
			reply.on("error", (error) => resolve({ problem: error.message }));
			reply.on("end", () => {
				const version = versionIn(Buffer.concat(chunks).toString("utf8"));
				resolve(version ? { version } : { problem: "answers, but not as a Docker Engine" });
			});
		});
		call.on("error", ({ code, message }) =>
			resolve({ problem: problems[code] ?? message, isAbsent: code === "ENOENT" || code === "ECONNREFUSED" }),
		);
		call.end();
	});
}

function versionIn(text) {
	try {
		return JSON.parse(text).Version;
	} catch (error) {
		if (error instanceof SyntaxError) return undefined;
		throw error;
	}
}

const problems = {
	ENOENT: "no such socket",
	ECONNREFUSED: "nobody listens on the socket",
	EACCES: "no permission for the socket",
};
