import { realpath, stat } from "node:fs/promises";
import { extname, join, sep } from "node:path";

const types: Record<string, string> = {
	".html": "text/html; charset=utf-8",
	".js": "text/javascript; charset=utf-8",
	".css": "text/css; charset=utf-8",
	".json": "application/json; charset=utf-8",
	".map": "application/json; charset=utf-8",
	".svg": "image/svg+xml",
	".png": "image/png",
	".woff2": "font/woff2",
	".txt": "text/plain; charset=utf-8",
};

export interface PageFile {
	readonly path: string;
	readonly type: string;
}

/**
 * The file that an address' path names below the root, or null. The address
 * parser has resolved plain and %2e-encoded dots already; what is left is what it
 * does not see: encoded slashes, backslashes, zero bytes, links that leave the root.
 */
export async function findPageFile(root: string, pathname: string): Promise<PageFile | null> {
	const segments = decodeSegments(pathname);
	if (segments === null) return null;
	const type = types[extname(segments.at(-1) ?? "").toLowerCase()];
	if (type === undefined) return null;
	try {
		const [realRoot, path] = await Promise.all([realpath(root), realpath(join(root, ...segments))]);
		if (!path.startsWith(realRoot + sep) || !(await stat(path)).isFile()) return null;
		return { path, type };
	} catch (error) {
		if (isAbsent(error)) return null;
		throw error;
	}
}

function decodeSegments(pathname: string): string[] | null {
	let decoded: string;
	try {
		decoded = decodeURIComponent(pathname);
	} catch (error) {
		if (error instanceof URIError) return null;
		throw error;
	}
	if (!decoded.startsWith("/") || /[\\\0]/.test(decoded)) return null;
	const segments = decoded.slice(1).split("/");
	// No segment is empty and none is hidden, which covers "." and "..".
	return segments.every((segment) => segment !== "" && !segment.startsWith(".")) ? segments : null;
}

function isAbsent(error: unknown): boolean {
	const code = error instanceof Error && "code" in error ? error.code : null;
	return code === "ENOENT" || code === "ENOTDIR" || code === "ELOOP" || code === "ENAMETOOLONG";
}
