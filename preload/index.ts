import { contextBridge, ipcRenderer } from "electron";
import type { PortMessage, ShellBridge, ShellEvent } from "../contract/shell.ts";

/**
 * The bridge, in a sandboxed and isolated world. It forwards and does nothing
 * else: every message is checked (sender, shape) by the shell, which trusts
 * nothing that comes from here.
 */

const isPortMessage = (data: unknown): data is PortMessage =>
	typeof data === "object" && data !== null && "homerangePort" in data;

// A MessagePort cannot cross the context bridge, so the page posts it to its own window.
window.addEventListener("message", (event) => {
	if (event.source !== window || event.origin !== location.origin || !isPortMessage(event.data)) return;
	ipcRenderer.postMessage("homerange:port", event.data.homerangePort, [...event.ports]);
});

const bridge: ShellBridge = {
	facts: {
		platform: process.platform as ShellBridge["facts"]["platform"],
		version: process.argv.find((argument) => argument.startsWith("--homerange-version="))?.slice(20) ?? "",
	},
	choosePath: (question) => ipcRenderer.invoke("homerange:choose-path", question),
	openTemplate: () => ipcRenderer.invoke("homerange:open-template"),
	saveTemplate: (file) => ipcRenderer.invoke("homerange:save-template", file),
	openLink: (address) => ipcRenderer.invoke("homerange:open-link", address),
	setTheme: (theme) => ipcRenderer.send("homerange:set-theme", theme),
	retryEngine: () => ipcRenderer.send("homerange:retry-engine"),
	onEvent: (listener) => {
		const forward = (_event: unknown, event: ShellEvent): void => listener(event);
		ipcRenderer.on("homerange:event", forward);
		// The shell keeps events until somebody listens.
		ipcRenderer.send("homerange:listening");
		return () => {
			ipcRenderer.off("homerange:event", forward);
		};
	},
};

contextBridge.exposeInMainWorld("homerange", bridge);
