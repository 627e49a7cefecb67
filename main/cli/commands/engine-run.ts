import { closeSync, writeSync } from "node:fs";
import { toErrorInfo } from "../../../contract/errors.ts";
import { runBackgroundEngine } from "../../background.ts";
import { dataFolder, resourcePaths } from "../../paths.ts";
import type { StartReport } from "../background-engine.ts";

const reportDescriptor = 3;

/** The background engine's own process: reports on descriptor 3 once, then serves until nobody needs it. */
export async function runEngine(): Promise<void> {
	try {
		const engine = await runBackgroundEngine({
			dataFolder: dataFolder(),
			resources: resourcePaths(),
			env: process.env,
		});
		report({ state: "ready" });
		if (engine === null) return;
		await engine.ended;
		// Everything is written and let go of. What may still be on its way to a Docker Engine must not keep the process.
		process.exit(0);
	} catch (error) {
		report({ state: "failed", error: toErrorInfo(error) });
		throw error;
	}
}

function report(line: StartReport): void {
	try {
		writeSync(reportDescriptor, `${JSON.stringify(line)}\n`);
		closeSync(reportDescriptor);
	} catch {
		// Started by hand there is nobody to report to.
	}
}
