import { execFile } from "node:child_process";
import { promisify } from "node:util";

const run = promisify(execFile);
const limitMs = 60_000;

/** libvirt's own program, on the same daemon: the judge of what we say, and the other hand that changes things. */
export async function virsh(...args: string[]): Promise<string> {
	const options = { timeout: limitMs, maxBuffer: 16 * 1024 * 1024, env: { ...process.env, LC_ALL: "C" } };
	const { stdout } = await run("virsh", ["-c", "qemu:///system", ...args], options);
	return stdout.trim();
}

/** The state of a domain in our words; null when virsh knows no such domain. */
export async function virshState(name: string): Promise<string | null> {
	try {
		const state = await virsh("domstate", name);
		const words: Record<string, string> = {
			"shut off": "stopped",
			"in shutdown": "stopping",
			pmsuspended: "suspended",
		};
		return words[state] ?? state;
	} catch (error) {
		if (error instanceof Error && /failed to get domain/.test(error.message)) return null;
		throw error;
	}
}
