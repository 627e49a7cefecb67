// What a test run leaves behind: objects on the engine with our labels, libvirt's domains and pools and the host's
// interfaces that are ours, and processes that carry the run's mark.
import { readdirSync, readFileSync } from "node:fs";
import { setTimeout as wait } from "node:timers/promises";
import { docker } from "./docker.mjs";
import { run } from "./run.mjs";

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

/** How libvirt's objects are listed and shown. Ours say so in their own words, by metadata, name or path. */
const libvirtKinds = {
	domain: [["list", "--all", "--uuid"], ["dumpxml"]],
	"storage pool": [["pool-list", "--all", "--uuid"], ["pool-dumpxml"]],
	"virtual network": [["net-list", "--all", "--uuid"], ["net-dumpxml"]],
};
const ourWords = /homerange|hrtest/;
const virshLimitMs = 20_000;

/** Our objects on the engine, in libvirt and among the host's interfaces: a map from "kind id" to "kind name". */
export async function hostObjects() {
	return new Map([...(await engineObjects()), ...(await libvirtObjects()), ...interfaces()]);
}

/** Empty where there is no libvirt. */
async function libvirtObjects() {
	const objects = new Map();
	const virsh = (args) =>
		run("virsh", ["-c", "qemu:///system", "--readonly", ...args], {
			cleanup: true,
			allowFailure: true,
			limitMs: virshLimitMs,
		});
	for (const [kind, [list, show]] of Object.entries(libvirtKinds)) {
		const { stdout } = await virsh(list);
		for (const id of stdout
			.split("\n")
			.map((line) => line.trim())
			.filter(Boolean)) {
			const { stdout: xml } = await virsh([...show, id]);
			if (ourWords.test(xml)) objects.set(`${kind} ${id}`, `${kind} ${/<name>([^<]*)/.exec(xml)?.[1] ?? id}`);
		}
	}
	return objects;
}

/** Taps and veths that the app makes begin with "hr". */
function interfaces() {
	if (process.platform !== "linux") return [];
	const names = readdirSync("/sys/class/net").filter((name) => name.startsWith("hr"));
	return names.map((name) => [`interface ${name}`, `interface ${name}`]);
}

async function engineObjects() {
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

/** Names what is there now and was not there before. */
export async function newObjects(before) {
	const now = await hostObjects();
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
