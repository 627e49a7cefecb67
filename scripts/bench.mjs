// npm run bench [-- NAMES… --runs N --quick]: sets up what is missing, builds the app when its bench runs, then measures.
import { spawn } from "node:child_process";
import { constants } from "node:os";
import { join } from "node:path";
import { repository } from "./lib/cache.mjs";
import { hasDisplay, startVirtualDisplay } from "./lib/display.mjs";
import { run } from "./lib/run.mjs";
import { setup, takeDown } from "./lib/setup.mjs";
import { main, step } from "./lib/steps.mjs";

const args = process.argv.slice(2);
const names = args.filter((argument) => /^[a-z]/.test(argument));
const buildLimitMs = 5 * 60_000;

await main(async () => {
	const hasWindow = names.length === 0 || names.includes("app");
	const bed = await setup({ electron: hasWindow });
	try {
		// The window is measured as it is shipped: from the bundles.
		if (hasWindow) {
			const build = ["run", "--silent", "build"];
			await step("build the app", () => run("npm", build, { cwd: repository, limitMs: buildLimitMs }).then(() => ""));
		}
		const screen = hasWindow && !hasDisplay ? await startVirtualDisplay() : undefined;
		try {
			return await measure(screen ? { DISPLAY: screen.display } : {});
		} finally {
			await screen?.stop();
		}
	} finally {
		await takeDown(bed);
	}
});

/**
 * The benches in a process group of their own: a Ctrl-C at the terminal reaches them once, from here, and they clean up
 * before they end. Gives their exit code.
 */
function measure(env) {
	const child = spawn("node", [join("scripts", "bench", "index.ts"), ...args], {
		cwd: repository,
		env: { ...process.env, ...env },
		stdio: "inherit",
		detached: true,
	});
	const forward = (signal) => child.kill(signal);
	for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) process.on(signal, forward);
	return new Promise((resolve, reject) => {
		child.on("error", reject);
		child.on("close", (code, signal) => resolve(code ?? 128 + constants.signals[signal]));
	});
}
