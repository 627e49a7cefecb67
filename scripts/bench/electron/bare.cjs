// A bare Electron window: what any app costs. Confined like ours, with an empty page and nothing behind it.
const { app, BrowserWindow } = require("electron");
const { join } = require("node:path");

app.setPath("userData", process.env.HOMERANGE_DATA);
app.whenReady().then(() => {
	const window = new BrowserWindow({
		width: 1280,
		height: 800,
		show: false,
		webPreferences: { contextIsolation: true, sandbox: true, nodeIntegration: false, spellcheck: false },
	});
	window.once("ready-to-show", () => window.show());
	window.loadFile(join(__dirname, "bare.html"));
});
app.on("window-all-closed", () => app.quit());
