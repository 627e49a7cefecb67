// Child processes without a shell: arguments are an array, output goes to the log, a limit ends the whole group.
import { spawn } from "node:child_process";
import { constants } from "node:os";
import { log } from "./log.mjs";

const keptBytes = 8 * 1024 * 1024;
const graceMs = 10_000;

/** A command that ended badly. `output` holds the end of what it printed. */
export class CommandFailed extends Error {
	constructor(command, reason, output) {
		super(`${command}: ${reason}`);
		this.name = "CommandFailed";
		this.output = output;
	}
}

/**
 * Runs a program and gives { code, stdout, stderr, timedOut }.
 * @param {string} program
 * @param {string[]} args
 * @param {object} options
 *   cwd, env (added to this process's own), input (text for stdin), limitMs (then the program and its children are ended),
 *   allowFailure (give the result in place of an error), show (let the person see the output as it comes),
 *   cleanup (run although the script was interrupted), foreground (keep the terminal, so that sudo can ask for a password).
 */
export async function run(program, args = [], options = {}) {
	const { cwd, env, input, limitMs, allowFailure, show, cleanup, foreground } = options;
	const shown = [program, ...args].join(" ");
	if (interruptedBy && !cleanup) throw new CommandFailed(shown, `not started, ${interruptedBy} came first`, "");
	log.write(`$ ${shown}\n`);
	const child = spawn(program, args, {
		cwd,
		env: { ...process.env, ...env },
		stdio: [foreground ? "inherit" : input === undefined ? "ignore" : "pipe", "pipe", "pipe"],
		detached: !foreground,
	});
	running.add(child);
	const stdout = collect(child.stdout, show);
	const stderr = collect(child.stderr, show);
	// A child that exits before it has read all its input is reported by its exit code, not by EPIPE.
	child.stdin?.on("error", (error) => log.write(`(stdin of ${program}: ${error.message})\n`));
	child.stdin?.end(input);
	const limit = limitMs ? setTimeout(() => endGroup(child), limitMs) : undefined;
	const start = performance.now();
	try {
		const { code, error } = await ending(child);
		if (error && !(allowFailure && error.code === "ENOENT")) {
			throw new CommandFailed(shown, error.code === "ENOENT" ? `${program} is not installed` : error.message, "");
		}
		const timedOut = limitMs !== undefined && code !== 0 && performance.now() - start >= limitMs;
		const result = { code, stdout: stdout.text(), stderr: stderr.text() || (error?.message ?? ""), timedOut };
		if (code === 0 || allowFailure) return result;
		const reason = timedOut ? `ended after its limit of ${Math.round(limitMs / 1000)} s` : `exit code ${code}`;
		throw new CommandFailed(shown, reason, (result.stdout + result.stderr).trimEnd());
	} finally {
		clearTimeout(limit);
		running.delete(child);
	}
}

/** Whether a program is in PATH. */
export async function hasProgram(program) {
	return (await run("sh", ["-c", 'command -v "$1"', "sh", program], { allowFailure: true })).code === 0;
}

function ending(child) {
	return new Promise((resolve) => {
		child.on("error", (error) => resolve({ code: 127, error }));
		child.on("close", (status, signal) => resolve({ code: status ?? 128 + (constants.signals[signal] ?? 0) }));
	});
}

function collect(stream, show) {
	const chunks = [];
	let size = 0;
	stream.on("data", (chunk) => {
		log.write(chunk);
		if (show) process.stderr.write(chunk);
		chunks.push(chunk);
		size += chunk.length;
		while (size > keptBytes && chunks.length > 1) size -= chunks.shift().length;
	});
	return { text: () => Buffer.concat(chunks).toString("utf8") };
}

// Children lead process groups of their own, so that a limit reaches grandchildren too; the price is that Ctrl-C
// at the terminal has to be handed on.
const running = new Set();
let interruptedBy;

/** The signal that asked this script to end, if one did. */
export function interruption() {
	return interruptedBy;
}

function endGroup(child, signal = "SIGTERM") {
	if (child.pid === undefined) return;
	try {
		process.kill(-child.pid, signal);
	} catch (error) {
		if (error.code !== "ESRCH") throw error;
		return;
	}
	if (signal === "SIGTERM") setTimeout(() => endGroup(child, "SIGKILL"), graceMs).unref();
}

for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) {
	process.on(signal, () => {
		if (interruptedBy) process.exit(process.exitCode); // asked twice
		interruptedBy = signal;
		process.exitCode = 128 + constants.signals[signal];
		for (const child of running) endGroup(child);
	});
}
