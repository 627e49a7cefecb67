import { readFile, stat } from "node:fs/promises";
import http from "node:http";
import https from "node:https";
import { join } from "node:path";
import type { ApiTarget } from "./api-transport.ts";

/** Connections that are kept for the next request. */
const idleConnections = 8;
const fileLimit = 1024 * 1024;

/** A place where an engine could be, and why it is looked at. */
export interface Endpoint {
	/** "DOCKER_HOST", "context NAME", or the path of a well-known socket. */
	source: string;
	/** unix:///…, tcp://…, ssh://…, npipe://… */
	url: string;
	/** Folder with ca.pem, cert.pem and key.pem; null: no TLS. */
	tlsFolder: string | null;
	skipTlsVerify: boolean;
}

export type EndpointKind =
	| { kind: "unix"; path: string }
	| { kind: "tcp"; host: string; port: number }
	| { kind: "unsupported"; scheme: string };

export function endpointKind(url: string): EndpointKind {
	const match = /^([a-z]+):\/\/(.*)$/is.exec(url);
	const scheme = match?.[1]?.toLowerCase() ?? "tcp";
	const rest = match?.[2] ?? url;
	if (scheme === "unix") return { kind: "unix", path: rest };
	if (scheme === "tcp" || scheme === "http" || scheme === "https") {
		try {
			const { hostname, port } = new URL(`http://${rest}`);
			return { kind: "tcp", host: hostname.replace(/^\[|\]$/g, ""), port: Number(port || 2375) };
		} catch {
			return { kind: "unsupported", scheme: "malformed" };
		}
	}
	return { kind: "unsupported", scheme };
}

/** Reads a file of the user's configuration; null when it does not exist. Rejects what is larger than 1 MiB. */
export async function readSmall(path: string): Promise<Buffer | null> {
	try {
		const { size } = await stat(path);
		if (size > fileLimit) throw new Error(`${path} is larger than ${fileLimit} bytes`);
		return await readFile(path);
	} catch (error) {
		if (error instanceof Error && "code" in error && (error.code === "ENOENT" || error.code === "ENOTDIR")) return null;
		throw error;
	}
}

/** How to send requests to it. */
export async function endpointTarget(endpoint: Endpoint): Promise<ApiTarget> {
	const where = endpointKind(endpoint.url);
	if (where.kind === "unsupported") throw new Error(`${where.scheme} endpoints are not supported`);
	const connection = where.kind === "unix" ? { socketPath: where.path } : { host: where.host, port: where.port };
	const pooled = { keepAlive: true, maxFreeSockets: idleConnections };
	if (where.kind === "unix" || endpoint.tlsFolder === null) {
		return { secure: false, connection, pooled: new http.Agent(pooled), dedicated: new http.Agent() };
	}
	const [ca, cert, key] = await Promise.all(
		["ca.pem", "cert.pem", "key.pem"].map((name) => readSmall(join(endpoint.tlsFolder ?? "", name))),
	);
	const tls = {
		...(ca ? { ca } : {}),
		...(cert ? { cert } : {}),
		...(key ? { key } : {}),
		rejectUnauthorized: !endpoint.skipTlsVerify,
	};
	return {
		secure: true,
		connection,
		pooled: new https.Agent({ ...pooled, ...tls }),
		dedicated: new https.Agent(tls),
	};
}
