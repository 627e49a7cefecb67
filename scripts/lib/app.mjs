// Starting the built app from the checkout.
import { repository } from "./cache.mjs";
import { startVirtualDisplay } from "./display.mjs";
import { isRoot } from "./privilege.mjs";
import { run } from "./run.mjs";

const pictureLimitMs = 3 * 60_000;

/** The app's command line. Chromium refuses to run its sandbox as root; that concerns test machines only. */
export function appCommand(options) {
	const switches = isRoot ? ["--no-sandbox", "--disable-gpu"] : [];
	return ["electron", [repository, ...switches, ...options]];
}

/** Opens the app on a range and waits until the person closes it. */
export async function openApp(range) {
	const [program, args] = appCommand(["--range", range]);
	await run(program, args, { cwd: repository });
}

/** Opens the app on a range where nobody can see it, saves a picture of the window, and closes it. */
export async function pictureApp(range, file) {
	const screen = await startVirtualDisplay();
	try {
		const [program, args] = appCommand(["--range", range, "--screenshot", file]);
		await run(program, args, { cwd: repository, env: { DISPLAY: screen.display }, limitMs: pictureLimitMs });
	} finally {
		await screen.stop();
	}
}
