import { type ChildProcessWithoutNullStreams, execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { promisify } from "node:util";

const run = promisify(execFile);

/** As new as the daemon, where one is brought along: an older virsh leaves out what it does not know. */
const program = process.env.HOMERANGE_VIRSH ?? "virsh";

/** The address of a socket, as virsh wants it. */
export function virshUri(socket: string, uri: string): string {
	return `${uri.replace("://", "+unix://")}?socket=${socket}`;
}

/** Runs one command of virsh, as the oracle. */
export async function virsh(socket: string, uri: string, ...args: string[]): Promise<string> {
	const options = { timeout: 60_000, maxBuffer: 16 * 1024 * 1024 };
	const { stdout } = await run(program, ["-q", "-c", virshUri(socket, uri), ...args], options);
	return stdout.trim();
}

/** One virsh that is asked many things: starting it takes longer than most answers. */
export class VirshShell {
	readonly #process: ChildProcessWithoutNullStreams;
	#output = "";
	#turn = 0;

	constructor(socket: string, uri: string) {
		this.#process = spawn("stdbuf", ["-o0", program, "-q", "-c", virshUri(socket, uri)]);
		this.#process.stdout.setEncoding("utf8");
		this.#process.stdout.on("data", (text: string) => {
			this.#output += text;
		});
	}

	/** What a command prints. The words are quoted for virsh's own parser. */
	async ask(...words: string[]): Promise<string> {
		const mark = `mark-${++this.#turn}`;
		const line = words.map((word) => (/^[\w./:-]+$/.test(word) ? word : `'${word}'`)).join(" ");
		this.#output = "";
		this.#process.stdin.write(`${line}\necho ${mark}\n`);
		const end = `virsh # echo ${mark}\n${mark}`;
		while (!this.#output.includes(end)) await once(this.#process.stdout, "data");
		// Each line that it reads from a pipe is printed after the prompt.
		const begin = this.#output.indexOf(`${line}\n`) + line.length + 1;
		return this.#output.slice(begin, this.#output.indexOf(end)).trim();
	}

	async close(): Promise<void> {
		this.#process.stdin.end();
		if (this.#process.exitCode === null) await once(this.#process, "close");
	}
}
