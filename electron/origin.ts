/** Scheme and origin of the page; the only origin that the shell talks to. */
export const scheme = "app";
export const host = "homerange";
export const origin = `${scheme}://${host}`;
export const pageAddress = `${origin}/index.html`;

/** What a sender of an IPC message must be made of; the shape of Electron's `WebFrameMain` that matters here. */
export interface Frame {
	readonly origin: string;
	readonly parent: Frame | null;
}

/**
 * True for the top frame of our own origin. Everything else is refused: a
 * sub-frame, another origin, a frame that is gone (null).
 */
export function isTrustedFrame(frame: Frame | null): boolean {
	return frame !== null && frame.parent === null && frame.origin === origin;
}
