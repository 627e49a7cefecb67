import { dialog, shell, type WebContents } from "electron";
import { z } from "zod";
import { setupFileDialogs } from "./file-dialogs.ts";
import { answer } from "./ipc.ts";
import { windowOf } from "./page-window.ts";
import { webAddress } from "./web-address.ts";

/** The questions that the system asks for us: which file, and whether to leave the app for a web page. */
export function setupDialogs(): void {
	setupFileDialogs();

	answer("homerange:open-link", z.string().max(2048), async (given, page) => {
		const address = webAddress(given);
		if (address === null) return false;
		const { response } = await dialog.showMessageBox(windowOf(page), {
			type: "question",
			message: "Open this address in your browser?",
			// A console's output may have made this link, so the whole of it is shown.
			detail: address,
			buttons: ["Cancel", "Open"],
			defaultId: 0,
			cancelId: 0,
		});
		if (response !== 1) return false;
		await shell.openExternal(address);
		return true;
	});
}

/** Asks where a capture is to go; null when the person cancels. */
export async function chooseCaptureFile(page: WebContents, range: string, network: string): Promise<string | null> {
	const name = `${range}-${network}`.replaceAll(/[^a-z0-9-]/gi, "_");
	const { canceled, filePath } = await dialog.showSaveDialog(windowOf(page), {
		title: `Capture the network ${network} to a file`,
		defaultPath: `${name}.pcap`,
		filters: [
			{ name: "Packet captures", extensions: ["pcap"] },
			{ name: "All files", extensions: ["*"] },
		],
	});
	return canceled || filePath === "" ? null : filePath;
}
