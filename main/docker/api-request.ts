/** The part of a readable stream that sending it takes. */
export interface Upload {
	once(event: "error", listener: (error: Error) => void): unknown;
	pipe(destination: NodeJS.WritableStream): unknown;
	destroy(error?: Error): unknown;
}

/** What dockerode hands to its transport for one request. */
export interface DialOptions {
	path: string;
	method: string;
	options?: (Record<string, unknown> & { abortSignal?: AbortSignal }) | undefined;
	statusCodes: Record<number, true | string>;
	authconfig?: unknown;
	/** Not only node's own streams: an archive that is being packed (tar-stream) is one of another kind. */
	file?: Upload | Buffer;
	hijack?: boolean;
	isStream?: boolean;
	allowEmpty?: boolean;
	abortSignal?: AbortSignal;
}

/** Options that steer dockerode and are no part of the request. */
const notSent = new Set(["abortSignal", "authconfig", "_query", "_body"]);

function sent(options: Record<string, unknown>): [string, unknown][] {
	return Object.entries(options).filter(([key, value]) => !notSent.has(key) && value !== undefined && value !== null);
}

/** The path with its query. dockerode marks a path that takes one by a question mark at its end. */
export function requestPath(request: DialOptions): string {
	if (!request.path.endsWith("?")) return request.path;
	const options = request.options ?? {};
	let pairs = isRecord(options._query) ? sent(options._query) : sent(options);
	// dockerode repeats the whole body in the query of a create; the engine reads only these two there.
	if (request.path === "/containers/create?") pairs = pairs.filter(([key]) => key === "name" || key === "platform");
	const query = new URLSearchParams();
	for (const [key, value] of pairs) {
		if (Array.isArray(value)) for (const item of value) query.append(key, String(item));
		else query.append(key, isRecord(value) ? JSON.stringify(value) : String(value));
	}
	const text = query.toString();
	return text === "" ? request.path.slice(0, -1) : request.path + text;
}

/** The JSON body of a POST; null when it has none. */
export function jsonBody(request: DialOptions): string | null {
	if (request.file !== undefined || request.method !== "POST" || request.options === undefined) return null;
	const body = request.options._body ?? Object.fromEntries(sent(request.options));
	const text = JSON.stringify(body);
	return text === "{}" && !request.allowEmpty ? null : text;
}

function isRecord(value: unknown): value is Record<string, unknown> {
	return typeof value === "object" && value !== null && !Array.isArray(value);
}
