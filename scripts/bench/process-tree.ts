import { execFileSync } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";

/** The process and everything that descends from it. Linux; elsewhere the process alone. */
export function processTree(root: number): number[] {
	if (process.platform !== "linux") return [root];
	const children = new Map<number, number[]>();
	for (const name of readdirSync("/proc").filter((entry) => /^\d+$/.test(entry))) {
		const parent = statFields(Number(name))?.[1];
		if (parent === undefined) continue;
		children.set(Number(parent), [...(children.get(Number(parent)) ?? []), Number(name)]);
	}
	const tree: number[] = [];
	const add = (pid: number): void => {
		tree.push(pid);
		for (const child of children.get(pid) ?? []) add(child);
	};
	add(root);
	return tree;
}

/** Bytes, shared pages counted in part (PSS); null where the kernel does not tell us. */
export function memoryOf(pids: readonly number[]): number | null {
	let bytes = 0;
	for (const pid of pids) {
		const text = read(`/proc/${pid}/smaps_rollup`);
		const kilobytes = /^Pss:\s+(\d+) kB$/m.exec(text ?? "")?.[1];
		if (kilobytes === undefined) return null;
		bytes += Number(kilobytes) * 1024;
	}
	return bytes;
}

/** Milliseconds of CPU that the processes have used so far; null where the kernel does not tell us. */
export function cpuTimeOf(pids: readonly number[]): number | null {
	if (process.platform !== "linux") return null;
	let ticks = 0;
	for (const pid of pids) {
		const fields = statFields(pid);
		// Counted from the state, which is field 3 of the line: user and system time are fields 14 and 15.
		if (fields) ticks += Number(fields[11]) + Number(fields[12]);
	}
	return (ticks * 1000) / ticksPerSecond();
}

let known: number | undefined;

function ticksPerSecond(): number {
	known ??= Number(execFileSync("getconf", ["CLK_TCK"], { encoding: "utf8" }));
	return known;
}

/** The fields after the program's name, which may itself hold spaces and brackets. */
function statFields(pid: number): string[] | undefined {
	const line = read(`/proc/${pid}/stat`);
	return line?.slice(line.lastIndexOf(")") + 2).split(" ");
}

/** Undefined when the process has ended or belongs to somebody else. */
function read(file: string): string | undefined {
	try {
		return readFileSync(file, "utf8");
	} catch (error) {
		const code = error instanceof Error && "code" in error ? error.code : null;
		if (code === "ENOENT" || code === "ESRCH" || code === "EACCES" || code === "EPERM") return undefined;
		throw error;
	}
}
