// Daemons without an init system: started in the background, known by pid and start time, ended only when both still match.
import { spawn } from "node:child_process";
import { closeSync, openSync, readFileSync } from "node:fs";
import { connect } from "node:net";
import { setTimeout as wait } from "node:timers/promises";
import { Impossible } from "./steps.mjs";

/** A process's start time in clock ticks since boot, or undefined when there is no such process (a zombie counts as none). */
export function startTimeOf(pid) {
	let stat;
	try {
		stat = readFileSync(`/proc/${pid}/stat`, "utf8");
	} catch (error) {
		if (error.code === "ENOENT" || error.code === "ESRCH") return undefined;
		throw error;
	}
	// The name in parentheses may hold spaces and parentheses, so count from the last one.
	const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
	return fields[0] === "Z" ? undefined : Number(fields[19]);
}

/** Whether the recorded process still runs, and is not another one that got its number. */
export function isAlive({ pid, startTime }) {
	return startTimeOf(pid) === startTime;
}

/** Starts a daemon that outlives this script. Gives what stopService() needs. */
export function startService(name, program, args, { logFile, env }) {
	const output = openSync(logFile, "a");
	const child = spawn(program, args, {
		detached: true,
		stdio: ["ignore", output, output],
		env: { ...process.env, ...env },
		cwd: "/",
	});
	closeSync(output);
	return new Promise((resolve, reject) => {
		child.on("error", reject);
		child.on("spawn", () => {
			child.unref();
			resolve({ name, pid: child.pid, startTime: startTimeOf(child.pid), logFile });
		});
	});
}

/**
 * Waits until `isReady` says yes. It is asked each time the daemon could have changed something: there is no event for
 * "listens now" on a socket that does not exist yet, so this looks every 50 ms and gives up with the end of the log.
 */
export async function waitUntilReady(service, isReady, limitMs = 60_000) {
	const end = performance.now() + limitMs;
	for (;;) {
		if (await isReady()) return;
		const dead = !isAlive(service);
		if (dead || performance.now() > end) {
			const tail = readFileSync(service.logFile, "utf8").trimEnd().split("\n").slice(-15).join("\n");
			const what = dead ? "ended at once" : `was not ready within ${limitMs / 1000} s`;
			throw new Impossible(`${service.name} ${what}:\n${tail}`, `Read ${service.logFile}.`);
		}
		await wait(50);
	}
}

/** Whether somebody listens on a unix socket. */
export function socketAnswers(path) {
	return new Promise((resolve) => {
		const socket = connect(path);
		socket.on("connect", () => {
			socket.destroy();
			resolve(true);
		});
		socket.on("error", () => resolve(false));
	});
}

/** Ends a daemon: SIGTERM, and SIGKILL when it has not ended in time. Gives how it went. */
export async function stopService(service, graceMs = 45_000) {
	if (!isAlive(service)) return "had ended already";
	process.kill(service.pid, "SIGTERM");
	const end = performance.now() + graceMs;
	while (isAlive(service)) {
		if (performance.now() > end) {
			process.kill(service.pid, "SIGKILL");
			return `killed, it had not ended after ${graceMs / 1000} s`;
		}
		await wait(50);
	}
	return "ended";
}
