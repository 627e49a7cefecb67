import { spawn } from "node:child_process";
import { closeSync, mkdirSync, openSync } from "node:fs";
import { join } from "node:path";
import type { Readable } from "node:stream";
import { z } from "zod";
import { errorInfo, HomerangeError } from "../../contract/errors.ts";

/** What a starting engine tells whoever started it, as one line on descriptor 3. */
export const startReport = z.discriminatedUnion("state", [
	z.object({ state: z.literal("ready") }),
	z.object({ state: z.literal("failed"), error: errorInfo }),
]);
export type StartReport = z.infer<typeof startReport>;

const startLimitMs = 60_000;
const reportLimit = 64 * 1024;

/**
 * Starts the engine as a process of its own that outlives this command, and
 * waits until it says that it serves the folder (or that another one does).
 */
export async function startBackgroundEngine(folder: string): Promise<void> {
	const entry = process.argv[1];
	if (entry === undefined) throw new Error("the command line's own file is not known");
	const logs = join(folder, "logs");
	mkdirSync(logs, { recursive: true, mode: 0o700 });
	const output = openSync(join(logs, "background.log"), "a", 0o600);
	const child = spawn(process.execPath, [...process.execArgv, entry, "engine", "run", "--data", folder], {
		detached: true,
		cwd: folder,
		stdio: ["ignore", output, output, "pipe"],
		env: { ...process.env, HOMERANGE_DATA: folder },
	});
	closeSync(output);
	child.unref();
	const failed = new Promise<never>((_, reject) => child.once("error", reject));
	const pipe = child.stdio[3];
	if (!isReadable(pipe)) throw new Error("the engine's report pipe is missing");
	const report = await Promise.race([readReport(pipe), failed]);
	if (report.state === "failed") throw HomerangeError.fromInfo(report.error);
}

async function readReport(pipe: Readable): Promise<StartReport> {
	const limit = setTimeout(() => pipe.destroy(new Error("it did not get ready in time")), startLimitMs);
	let text = "";
	let reason = "it ended before it was ready";
	try {
		for await (const chunk of pipe.setEncoding("utf8")) {
			text += chunk;
			if (text.includes("\n") || text.length > reportLimit) break;
		}
	} catch (error) {
		reason = error instanceof Error ? error.message : String(error);
	} finally {
		clearTimeout(limit);
	}
	const line = text.split("\n")[0] ?? "";
	const report = startReport.safeParse(line === "" ? null : JSON.parse(line));
	if (report.success) return report.data;
	throw new HomerangeError("INTERNAL", `The engine could not be started: ${reason}.`, {
		remedy: "Read background.log and engine.log in the data folder's logs.",
	});
}

function isReadable(stream: unknown): stream is Readable {
	return typeof stream === "object" && stream !== null && "setEncoding" in stream;
}
