import type { Duplex, Readable } from "node:stream";
import { setTimeout as delay } from "node:timers/promises";
import { HomerangeError } from "../../contract/errors.ts";
import { DockerApiError } from "./api-errors.ts";
import type { DockerEngine } from "./engine.ts";
import { ExecDuplex } from "./exec-duplex.ts";
import { abortError, limited, throwIfAborted } from "./limits.ts";
import { announcingPid } from "./pid-line.ts";

export interface ExecOptions {
	command: string[];
	user?: string;
	/** "NAME=value". */
	environment?: string[];
	/** A terminal of this size: then stderr is empty and everything comes on stdout. */
	terminal?: { columns: number; rows: number };
	workingFolder?: string;
	/**
	 * Makes `kill()` and an abort end the process itself, not only the connection to it. Needs `sh` in the
	 * container: the command is started by it.
	 */
	killable?: boolean;
}

export interface ExecStream {
	/** Writes go to stdin, reads come from stdout; `end()` closes stdin only. */
	readonly stream: Duplex;
	/** Read it or `resume()` it: unread it holds stdout back. */
	readonly stderr: Readable;
	/** Settles once the process runs or is over. */
	readonly started: Promise<void>;
	/** Waits for the end; null when the engine does not know the exit status (it was cut off). */
	exitCode(): Promise<number | null>;
	resize(columns: number, rows: number): Promise<void>;
	/** The process' id as the engine's host numbers it; ask while it runs. Null when the engine does not come to know it. */
	hostPid(): Promise<number | null>;
	/** Whether a `killable` exec could not run because the container has no `sh`. Waits until that is known. */
	isShellMissing(): Promise<boolean>;
	/** Ends the connection, and the process when it was opened `killable`. */
	kill(): void;
}

const pidLimitMs = 2000;
const shellLimitMs = 10_000;
const killLimitMs = 60_000;

/** Hangs up on everything that belongs to the process' session, as a closed terminal does, and ends the process itself. */
const killScript = `
for f in /proc/[0-9]*/stat; do
  read -r line <"$f" || continue
  pid=\${line%% *}
  set -- "$1" \${line##*) }
  [ "$5" = "$1" ] && kill -HUP "$pid"
done 2>/dev/null
kill -9 "$1"`;

/** Starts a command in a running container. An abort, then or later, kills it. */
export async function openExec(
	engine: DockerEngine,
	container: string,
	options: ExecOptions,
	signal?: AbortSignal,
): Promise<ExecStream> {
	throwIfAborted(signal);
	const { terminal, killable = false } = options;
	const abort = signal ? { abortSignal: signal } : {};
	const exec = await engine.api.getContainer(container).exec({
		AttachStdin: true,
		AttachStdout: true,
		AttachStderr: true,
		Tty: terminal !== undefined,
		Cmd: killable ? announcingPid(options.command) : options.command,
		...(options.user === undefined ? {} : { User: options.user }),
		...(options.environment === undefined ? {} : { Env: options.environment }),
		...(options.workingFolder === undefined ? {} : { WorkingDir: options.workingFolder }),
		...abort,
	});
	const socket = await exec.start({ hijack: true, stdin: true, Tty: terminal !== undefined, ...abort });
	const stream = new ExecDuplex(socket, { multiplexed: terminal === undefined, announcesPid: killable });
	const resize = async (columns: number, rows: number): Promise<void> => {
		// Before the process runs there is no terminal to resize.
		await stream.started;
		if (!stream.destroyed) await exec.resize({ w: columns, h: rows });
	};
	// Who reads the stream learns of its errors by its own listeners; without any they must not end the program.
	stream.on("error", ignore);
	const end = (error?: Error) => {
		if (!stream.isOver && stream.pid !== null) void killProcess(engine, container, stream.pid);
		stream.destroy(error);
	};
	const kill = (error?: Error) => {
		// A process that has not said its id yet does so at once; then it can be ended.
		if (killable && stream.pid === null) void Promise.race([stream.pidKnown, delay(pidLimitMs)]).then(() => end(error));
		else end(error);
	};
	const onAbort = () => kill(abortError());
	signal?.addEventListener("abort", onAbort, { once: true });
	void stream.over.then(() => signal?.removeEventListener("abort", onAbort));
	if (signal?.aborted) onAbort();
	if (terminal) {
		await resize(terminal.columns, terminal.rows).catch((error: unknown) => {
			// A process that could not start, or has ended by now, has no terminal: its exit status tells that.
			if (!(error instanceof DockerApiError)) throw error;
		});
	}
	const exitCode = async () => {
		await stream.over;
		return await exitCodeOf(() => exec.inspect());
	};
	return {
		stream,
		stderr: stream.stderr,
		started: stream.started,
		exitCode,
		async isShellMissing() {
			await stream.pidKnown;
			if (!killable || stream.pid !== null) return false;
			// Something else that is called "sh" may run on without saying its id.
			await Promise.race([stream.over, delay(shellLimitMs, undefined, { ref: false })]);
			const code = stream.isOver ? await exitCode() : null;
			return code === 126 || code === 127;
		},
		resize,
		hostPid: () => hostPidOf(() => exec.inspect()),
		kill: () => kill(),
	};
}

function ignore(): void {
	// Deliberately nothing, see where it is used.
}

/** What a process says can come a moment before the engine notes which process it is. */
async function hostPidOf(inspect: () => Promise<{ Pid: number; Running: boolean }>): Promise<number | null> {
	for (let wait = 2; wait < 4000; wait *= 2) {
		const { Pid: pid, Running: running } = await inspect();
		if (pid > 1) return pid;
		// Zero and not running is also how one that is just starting looks, so it is asked again.
		await delay(running ? wait : wait * 2);
	}
	return null;
}

/** The output ends a moment before the engine notes the exit status; a cut-off process has none for ever. */
async function exitCodeOf(
	inspect: () => Promise<{ ExitCode: number | null; Running: boolean }>,
): Promise<number | null> {
	for (let wait = 2; wait < 1000; wait *= 2) {
		const { ExitCode: code, Running: running } = await inspect();
		if (!running && code !== null) return code;
		await delay(wait);
	}
	return null;
}

async function killProcess(engine: DockerEngine, container: string, pid: number): Promise<void> {
	try {
		const command = ["sh", "-c", killScript, "sh", String(pid)];
		await runExec(engine, container, { command, user: "0", limitMs: killLimitMs });
	} catch {
		// The container stopped, and the process with it, or the engine is gone: either way nobody is left to ask.
	}
}

export interface RunExecOptions {
	command: string[];
	input?: string | Uint8Array;
	user?: string;
	environment?: string[];
	/** Bytes kept of each of stdout and stderr; what comes after is read and dropped. Default 1 MiB. */
	outputLimit?: number;
	/** Default 60 s. */
	limitMs?: number;
	killable?: boolean;
}

/** Runs a command to its end. TIMEOUT after the limit; a non-zero exit is a result, not an error. */
export async function runExec(
	engine: DockerEngine,
	container: string,
	options: RunExecOptions,
	signal?: AbortSignal,
): Promise<{ exitCode: number; stdout: string; stderr: string }> {
	const { input, outputLimit = 1024 * 1024, limitMs = 60_000, ...rest } = options;
	const limit = limited(limitMs, signal);
	try {
		const exec = await openExec(engine, container, rest, limit);
		const stdout = collect(exec.stream, outputLimit);
		const stderr = collect(exec.stderr, outputLimit);
		exec.stream.end(input);
		const [out, err] = await Promise.all([stdout, stderr]);
		const exitCode = await exec.exitCode();
		if (exitCode === null) {
			throw new HomerangeError("ENGINE_UNREACHABLE", `The connection to "${rest.command[0]}" in ${container} broke.`, {
				place: engine.label,
			});
		}
		return { exitCode, stdout: out, stderr: err };
	} catch (error) {
		if (signal?.aborted) throw abortError();
		if (!limit.aborted) throw error;
		throw new HomerangeError(
			"TIMEOUT",
			`"${rest.command[0]}" in ${container} did not end within ${limitMs / 1000} s.`,
			{
				place: engine.label,
				cause: error,
			},
		);
	}
}

function collect(stream: Readable, limit: number): Promise<string> {
	const { promise, resolve, reject } = Promise.withResolvers<string>();
	const chunks: Buffer[] = [];
	let size = 0;
	stream.on("data", (chunk: Buffer) => {
		if (size < limit) chunks.push(chunk.subarray(0, limit - size));
		size += chunk.length;
	});
	stream.once("end", () => resolve(Buffer.concat(chunks).toString()));
	stream.once("error", reject);
	stream.once("close", () => reject(new HomerangeError("ENGINE_UNREACHABLE", "The output of a process was cut off.")));
	return promise;
}
