import { existsSync, mkdirSync, renameSync, rmSync, statSync } from "node:fs";
import { join } from "node:path";
import { destination, pino } from "pino";

/** What the engine's parts log with: facts first, then a sentence. */
export interface Logger {
	debug(facts: object, message: string): void;
	info(facts: object, message: string): void;
	warn(facts: object, message: string): void;
	error(facts: object, message: string): void;
}

export interface EngineLog extends Logger {
	/** Writes what is still in memory and lets go of the file. */
	close(): void;
}

const fileLimit = 4 * 1024 * 1024;
const keptFiles = 3;

/**
 * Logs to `engine.log` in the folder, without blocking the caller. The log is
 * bounded: beyond 4 MiB the file becomes `engine.1.log`, and three old files stay.
 */
export function openLog(folder: string, level = "info"): EngineLog {
	mkdirSync(folder, { recursive: true, mode: 0o700 });
	const file = join(folder, "engine.log");
	let size = sizeOf(file);
	if (size > fileLimit) {
		rotate(folder);
		size = 0;
	}
	const sink = destination({ dest: file, sync: false, mkdir: true, mode: 0o600 });
	const logger = pino(
		{ level, base: { pid: process.pid }, serializers: { error: pino.stdSerializers.err } },
		{
			write(line: string) {
				sink.write(line);
				size += line.length;
				if (size > fileLimit) {
					size = 0;
					rotate(folder);
					sink.reopen();
				}
			},
		},
	);
	return {
		debug: (facts, message) => logger.debug(facts, message),
		info: (facts, message) => logger.info(facts, message),
		warn: (facts, message) => logger.warn(facts, message),
		error: (facts, message) => logger.error(facts, message),
		close: () => sink.end(),
	};
}

/** For tests and for one-off commands that have nowhere to write. */
export const silentLog: Logger = {
	debug: () => undefined,
	info: () => undefined,
	warn: () => undefined,
	error: () => undefined,
};

function sizeOf(file: string): number {
	return existsSync(file) ? statSync(file).size : 0;
}

function rotate(folder: string): void {
	const name = (n: number) => join(folder, n === 0 ? "engine.log" : `engine.${n}.log`);
	rmSync(name(keptFiles), { force: true });
	for (let n = keptFiles - 1; n >= 0; n--) if (existsSync(name(n))) renameSync(name(n), name(n + 1));
}
