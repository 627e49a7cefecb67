import { readFile } from "node:fs/promises";
import { protocol } from "electron";
import { host, scheme } from "./origin.ts";
import { findPageFile } from "./page-file.ts";

/**
 * The page may load its own files and nothing else. Styles are inline because
 * xterm, Radix and sonner write style elements at run time; scripts never are.
 */
export const contentSecurityPolicy = [
	"default-src 'none'",
	"script-src 'self'",
	"style-src 'self' 'unsafe-inline'",
	// noVNC decodes JPEG rectangles and cursors through data: images.
	"img-src 'self' data:",
	"font-src 'self'",
	"connect-src 'none'",
	"object-src 'none'",
	"base-uri 'none'",
	"form-action 'none'",
	"frame-ancestors 'none'",
].join("; ");

const headers = {
	"Content-Security-Policy": contentSecurityPolicy,
	"X-Content-Type-Options": "nosniff",
	"X-DNS-Prefetch-Control": "off",
	"Referrer-Policy": "no-referrer",
	"Cross-Origin-Opener-Policy": "same-origin",
	"Cross-Origin-Resource-Policy": "same-origin",
	"Cache-Control": "no-cache",
};

/** Before Electron is ready: the scheme has real origins and works under a CSP, and no privilege more. */
export function registerPageScheme(): void {
	protocol.registerSchemesAsPrivileged([{ scheme, privileges: { standard: true, secure: true } }]);
}

/** Serves the files below the root at app://homerange/. */
export function setupPageProtocol(root: string): void {
	protocol.handle(scheme, async (request) => {
		const address = new URL(request.url);
		if (request.method !== "GET") return answer(405, "Only GET is served here.");
		const file = address.host === host ? await findPageFile(root, address.pathname) : null;
		if (file === null) return answer(404, "There is no such file.");
		return new Response(await readFile(file.path), { headers: { ...headers, "Content-Type": file.type } });
	});
}

function answer(status: number, text: string): Response {
	return new Response(text, { status, headers: { ...headers, "Content-Type": "text/plain; charset=utf-8" } });
}
