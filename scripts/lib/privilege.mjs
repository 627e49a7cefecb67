// Commands that need root: run directly as root, otherwise by sudo.

import { hasProgram, run } from "./run.mjs";
import { Impossible } from "./steps.mjs";

export const isRoot = process.getuid?.() === 0;

/** Like run(), as root. Without a terminal sudo must not need a password. */
export async function runAsRoot(program, args, options = {}) {
	if (isRoot) return run(program, args, options);
	const manual = `Run this yourself, then start again: sudo ${[program, ...args].join(" ")}`;
	if (!(await hasProgram("sudo"))) throw new Impossible(`${program} needs root and there is no sudo`, manual);
	if (process.stdin.isTTY) return run("sudo", ["--", program, ...args], { ...options, foreground: true });
	const probe = await run("sudo", ["-n", "true"], { allowFailure: true });
	if (probe.code !== 0) throw new Impossible(`${program} needs root and sudo asks for a password`, manual);
	return run("sudo", ["-n", "--", program, ...args], options);
}
