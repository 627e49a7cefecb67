// What a test run leaves behind: objects on the engine with our labels, and processes that carry the run's mark.
import { readdirSync, readFileSync } from "node:fs";
import { setTimeout as wait } from "node:timers/promises";
import { docker } from "./docker.mjs";

const labels = ["io.homerange.owner", "io.homerange.range"];
const kinds = {
	container: ["ps", "--all", "--format", "{{.ID}}\t{{.Names}}"],
	volume: ["volume", "ls", "--format", "{{.Name}}\t{{.Name}}"],
	network: ["network", "ls", "--format", "{{.ID}}\t{{.Name}}"],
};
// A background engine ends by itself when it has been idle; this is longer than that takes.
const processLimitMs = 30_000;

/** The variable that marks every process of a run, and its value for this one. */
export const runMark = { HOMERANGE_TEST_RUN: `${process.pid}-${Date.now()}` };

/** Our objects on the engine: a map from "kind id" to "kind name". */
export async function engineObjects() {
	const objects = new Map();
	for (const [kind, args] of Object.entries(kinds)) {
		for (const label of labels) {
			const answer = await docker([...args, "--filter", `label=${label}`], { cleanup: true });
			for (const line of answer.stdout.split("\n").filter(Boolean)) {
				const [id, name] = line.split("\t");
				objects.set(`${kind} ${id}`, `${kind} ${name}`);
			}
		}
	}
	return objects;
}

/** Names what is on the engine now and was not there before. */
export async function newObjects(before) {
	const now = await engineObjects();
	return [...now].filter(([id]) => !before.has(id)).map(([, name]) => name);
}

/**
 * Waits a little for the run's processes to end, and names those that do not. They are ended then, because each is a
 * child of this run.
 */
export async function lingeringProcesses() {
	const end = performance.now() + processLimitMs;
	let found = markedProcesses();
	while (found.length > 0 && performance.now() < end) {
		await wait(200);
		found = markedProcesses();
	}
	for (const { pid } of found) endProcess(pid);
	return found.map(({ pid, command }) => `process ${pid}: ${command}`);
}

function markedProcesses() {
	if (process.platform !== "linux") return [];
	const mark = Object.entries(runMark)[0].join("=");
	const found = [];
	for (const pid of readdirSync("/proc").filter((name) => /^\d+$/.test(name))) {
		if (Number(pid) === process.pid) continue;
		if (!readProcess(pid, "environ").split("\0").includes(mark)) continue;
		const command = readProcess(pid, "cmdline").replaceAll("\0", " ").trim();
		if (command) found.push({ pid: Number(pid), command: command.slice(0, 160) }); // a zombie has none
	}
	return found;
}

/** Empty when the process has just ended or belongs to somebody else. */
function readProcess(pid, file) {
	try {
		return readFileSync(`/proc/${pid}/${file}`, "utf8");
	} catch (error) {
		if (["ENOENT", "ESRCH", "EACCES", "EPERM"].includes(error.code)) return "";
		throw error;
	}
}

function endProcess(pid) {
	try {
		process.kill(pid, "SIGKILL");
	} catch (error) {
		if (error.code !== "ESRCH") throw error;
	}
}
