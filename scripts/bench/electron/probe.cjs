// Loaded into Electron before the app (electron --require): tells the parent when the first window shows its page and
// can be used, and from then on answers what the processes use. The same file for the app and for the bare window.
const { app } = require("electron");

const isReady = `new Promise((resolve) => {
	const root = document.documentElement;
	const done = () => root.dataset.homerange === "ready" && requestAnimationFrame(() => requestAnimationFrame(() => resolve()));
	if (!done()) new MutationObserver((_changes, observer) => done() && observer.disconnect()).observe(root, { attributes: true });
})`;

const tell = (message) => process.stdout.write(`homerange-probe ${JSON.stringify(message)}\n`);

app.once("browser-window-created", (_event, window) => {
	window.webContents.once("dom-ready", () => {
		window.webContents.executeJavaScript(isReady).then(
			() => tell({ ready: Date.now(), electron: process.versions.electron, processes: processes() }),
			(error) => tell({ failed: String(error) }),
		);
	});
});

function processes() {
	return app
		.getAppMetrics()
		.map(({ pid, type, memory }) => ({ pid, type, workingSetBytes: memory.workingSetSize * 1024 }));
}

process.on("SIGTERM", () => app.quit());
