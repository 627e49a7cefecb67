/** The part of noVNC's API that we use (its package has no types; docs/API.md). */
declare module "@novnc/novnc" {
	export default class RFB extends EventTarget {
		constructor(target: HTMLElement, channel: object, options?: { shared?: boolean });
		scaleViewport: boolean;
		resizeSession: boolean;
		viewOnly: boolean;
		focusOnClick: boolean;
		background: string;
		disconnect(): void;
		sendCredentials(credentials: { username?: string; password?: string }): void;
		sendCtrlAltDel(): void;
		focus(options?: FocusOptions): void;
		blur(): void;
	}
}
