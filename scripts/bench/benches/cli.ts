import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { socketPath } from "../../../main/paths.ts";
import { connectEngine } from "../../../main/rpc/client.ts";
import type { Bench, BenchContext, Figure } from "../bench.ts";
import { runCommand } from "../command.ts";
import { EngineProcess } from "../engine-process.ts";
import { interleave } from "../measure.ts";

const program = join(import.meta.dirname, "..", "..", "..", "bin", "homerange");
const bareNode = "node -e 0, the same Node";

export const cli: Bench = {
	name: "cli",
	title: "The command line",
	async run(context) {
		const { signal } = context;
		const baseline = () => runCommand(process.execPath, ["-e", "0"], { signal });
		const figures: Figure[] = [];
		const measure = async (name: string, subject: () => Promise<number>): Promise<void> => {
			// The first start fills the compile cache.
			await subject();
			const values = await interleave(context, context.runs, { subject, baseline });
			figures.push({ name, unit: "ms", ...values, baselineIs: bareNode, budget: null });
		};
		await measure("homerange --help", () => runCommand(program, ["--help"], { signal, expect: "Usage" }));
		const engine = await EngineProcess.start(context);
		const warm = { signal, env: { HOMERANGE_DATA: engine.folder } };
		await measure("homerange list, an engine runs", () => runCommand(program, ["list"], warm));
		await engine.close();
		await measure("homerange list, no engine runs yet", () => listCold(context));
		return { figures };
	},
};

/** On a data folder that was never used: the engine is started, makes its database, and answers. */
async function listCold({ signal, cleanup }: BenchContext): Promise<number> {
	const folder = mkdtempSync(join(tmpdir(), "homerange-bench-"));
	const remove = cleanup.add(`the folder ${folder}`, async () => {
		await endEngine(folder);
		rmSync(folder, { recursive: true, force: true });
	});
	const ms = await runCommand(program, ["list"], { signal, env: { HOMERANGE_DATA: folder } });
	await remove();
	return ms;
}

async function endEngine(folder: string): Promise<void> {
	const client = await connectEngine(socketPath(folder));
	if (client === null) return;
	await client.api.host.handOver({});
	await client.lost;
	await client.close();
}
