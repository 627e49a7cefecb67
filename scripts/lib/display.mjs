// An X display for windows on a machine without a screen.
import { spawn } from "node:child_process";
import { log } from "./log.mjs";
import { Impossible } from "./steps.mjs";

/** Whether windows can be shown to a person. */
export const hasDisplay = process.platform !== "linux" || Boolean(process.env.DISPLAY || process.env.WAYLAND_DISPLAY);

/** What Electron and a virtual display need on Debian and Ubuntu; the t64 names are Debian 13's and Ubuntu 24.04's. */
export const displayPackages = [
	"xvfb",
	"xauth",
	"libgtk-3-0t64|libgtk-3-0",
	"libnss3",
	"libasound2t64|libasound2",
	"libgbm1",
	"libxss1",
	"libxtst6",
];

const startLimitMs = 20_000;

/**
 * Starts Xvfb on the first free display: { display, stop }. The server says its number on a pipe once it accepts
 * clients; stop() waits for its end.
 */
export function startVirtualDisplay(size = "1440x900x24") {
	const server = spawn("Xvfb", ["-displayfd", "3", "-screen", "0", size, "-nolisten", "tcp", "-noreset"], {
		stdio: ["ignore", "ignore", "pipe", "pipe"],
	});
	server.stderr.on("data", (chunk) => log.write(chunk));
	const ended = new Promise((resolve) => server.on("close", resolve));
	const stop = async () => {
		server.kill("SIGTERM");
		await ended;
	};
	return new Promise((resolve, reject) => {
		const fail = (reason) =>
			reject(new Impossible(`Xvfb ${reason}`, "Install xvfb, or set DISPLAY to a display of yours."));
		const limit = setTimeout(() => {
			server.kill("SIGKILL");
			fail(`was not ready within ${startLimitMs / 1000} s`);
		}, startLimitMs);
		let answer = "";
		server.stdio[3].on("data", (chunk) => {
			answer += chunk;
			if (!answer.includes("\n")) return;
			clearTimeout(limit);
			resolve({ display: `:${answer.trim()}`, stop });
		});
		server.on("error", (error) => {
			clearTimeout(limit);
			fail(error.message);
		});
		server.on("exit", (code) => {
			clearTimeout(limit);
			fail(`ended with code ${code}`);
		});
	});
}
