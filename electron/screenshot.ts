import { rename, writeFile } from "node:fs/promises";
import type { BrowserWindow } from "electron";

/** The page marks its document when it shows the engine's data: `data-homerange="ready"`. */
const untilReady = `new Promise((resolve) => {
	const root = document.documentElement;
	const done = () => root.dataset.homerange === "ready" && requestAnimationFrame(() => requestAnimationFrame(() => resolve()));
	if (!done()) new MutationObserver((_changes, observer) => done() && observer.disconnect()).observe(root, { attributes: true });
})`;

/** Saves a picture of the window once the page shows its data. */
export async function saveScreenshot(window: BrowserWindow, file: string): Promise<void> {
	await window.webContents.executeJavaScript(untilReady);
	const image = await window.webContents.capturePage();
	const draft = `${file}.new`;
	await writeFile(draft, image.toPNG());
	await rename(draft, file);
}
