import { rename, writeFile } from "node:fs/promises";
import type { BrowserWindow } from "electron";

/**
 * The page marks its document (`data-homerange="ready"`) when it has the engine's
 * data; its place is the `main` element. Both, then an idle moment, then a frame.
 */
const untilPainted = `new Promise((resolve) => {
	const isThere = () =>
		document.documentElement.dataset.homerange === "ready" && document.querySelector("main")?.innerText.trim();
	const painted = () => requestIdleCallback(() => requestAnimationFrame(() => requestAnimationFrame(() => resolve())));
	if (isThere()) return painted();
	new MutationObserver((_changes, observer) => {
		if (!isThere()) return;
		observer.disconnect();
		painted();
	}).observe(document, { attributes: true, childList: true, characterData: true, subtree: true });
})`;

/** Saves a picture of the window once the page shows its data. */
export async function saveScreenshot(window: BrowserWindow, file: string): Promise<void> {
	await window.webContents.executeJavaScript(untilPainted);
	const image = await window.webContents.capturePage();
	const draft = `${file}.new`;
	await writeFile(draft, image.toPNG());
	await rename(draft, file);
}
