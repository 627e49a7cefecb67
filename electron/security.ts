import { app, type Session, session, type WebContents } from "electron";
import { scheme } from "./origin.ts";

/** The one thing the page may do without asking: put text in the clipboard after a click. */
const allowedPermissions: ReadonlySet<string> = new Set(["clipboard-sanitized-write"]);

/** Schemes that a request of any page may have: our own, and the developer tools'. */
const allowedSchemes: ReadonlySet<string> = new Set([`${scheme}:`, "devtools:", "data:"]);

/** Denies, for every page that this process will ever show, all that the app does not need. */
export function setupSecurity(): void {
	setupSession(session.defaultSession);
	app.on("session-created", setupSession);
	app.on("web-contents-created", (_event, contents) => setupContents(contents));
}

function setupSession(target: Session): void {
	target.setPermissionRequestHandler((_contents, permission, callback) => callback(allowedPermissions.has(permission)));
	target.setPermissionCheckHandler((_contents, permission) => allowedPermissions.has(permission));
	target.setDevicePermissionHandler(() => false);
	// Behind the CSP, which does not cover every way to reach the network.
	target.webRequest.onBeforeRequest((details, callback) => {
		callback({ cancel: !allowedSchemes.has(new URL(details.url).protocol) });
	});
	target.on("will-download", (event) => event.preventDefault());
}

function setupContents(contents: WebContents): void {
	contents.setWindowOpenHandler(({ url }) => {
		report("a new window", url);
		return { action: "deny" };
	});
	contents.on("will-navigate", (event) => {
		report("a navigation", event.url);
		event.preventDefault();
	});
	contents.on("will-frame-navigate", (event) => event.preventDefault());
	contents.on("will-redirect", (event) => event.preventDefault());
	contents.on("will-attach-webview", (event) => event.preventDefault());
	// The CSP has no word for WebRTC: without a proxy it gets no socket at all.
	contents.setWebRTCIPHandlingPolicy("disable_non_proxied_udp");
}

function report(what: string, address: string): void {
	console.warn(`Refused ${what}: ${address.slice(0, 200)}`);
}
