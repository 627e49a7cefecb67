import { type ChildProcessByStdio, spawn } from "node:child_process";
import { performance } from "node:perf_hooks";
import type { Readable, Writable } from "node:stream";

const keptOutput = 64 * 1024;

export interface CommandOptions {
	readonly signal: AbortSignal;
	readonly env?: NodeJS.ProcessEnv;
	/** A text that standard output must contain: a pipe's exit code is only its last command's. */
	readonly expect?: string;
}

/** Runs a program to its end and gives the milliseconds from its start. A failure is an error with its last words. */
export async function runCommand(program: string, args: readonly string[], options: CommandOptions): Promise<number> {
	const start = performance.now();
	const child = spawn(program, args, {
		stdio: ["ignore", "pipe", "pipe"],
		signal: options.signal,
		env: { ...process.env, ...options.env },
	});
	const output = [keepEnd(child.stdout), keepEnd(child.stderr)] as const;
	const { promise, resolve, reject } = Promise.withResolvers<number | null>();
	child.once("error", reject);
	child.once("close", resolve);
	const code = await promise;
	const ms = performance.now() - start;
	const [out, err] = output.map((text) => text());
	if (code === 0 && (options.expect === undefined || out?.includes(options.expect))) return ms;
	throw new Error(`${program} ${args.join(" ")} ended with ${code}: ${(err || out || "").trim().slice(-500)}`);
}

export type PipedProcess = ChildProcessByStdio<Writable, Readable, null>;

/** Starts a program whose input and output are read and written here; its errors go to the terminal. */
export function startPiped(program: string, args: readonly string[], signal: AbortSignal): PipedProcess {
	const child = spawn(program, args, { stdio: ["pipe", "pipe", "inherit"], signal });
	// The stream's end tells it as well; an abort kills the child, and that is no news.
	child.on("error", () => undefined);
	return child;
}

function keepEnd(stream: Readable): () => string {
	let text = "";
	stream.setEncoding("utf8").on("data", (chunk: string) => {
		text = (text + chunk).slice(-keptOutput);
	});
	return () => text;
}
