import type { PortMessage, PortRequest, ShellBridge } from "../../contract/shell.ts";

declare global {
	interface Window {
		/** Exposed by the preload script: all that the page can ask of the shell. */
		readonly homerange: ShellBridge;
	}
}

/** The shell, for what the page cannot do itself. */
export const shell = (): ShellBridge => window.homerange;

export const isMac = (): boolean => shell().facts.platform === "darwin";

/**
 * Opens a port to the engine. A port cannot cross the context bridge, so the
 * page makes the channel and posts one end to its own window, where the preload
 * script takes it. What is sent before the engine is up waits in the port.
 */
export function openPort(request: PortRequest): MessagePort {
	const { port1, port2 } = new MessageChannel();
	window.postMessage({ homerangePort: request } satisfies PortMessage, window.origin, [port2]);
	return port1;
}
