// npm test: sets up what is missing, runs every stage, looks for left-overs, and ends with one line of counts.
// usage: node scripts/test.mjs [--only unit,lint]
import { join } from "node:path";
import { parseArgs } from "node:util";
import { cacheFolder, writeJson } from "./lib/cache.mjs";
import { electronSubstitute } from "./lib/electron.mjs";
import { hostObjects, lingeringProcesses, newObjects } from "./lib/leftovers.mjs";
import { interruption } from "./lib/run.mjs";
import { setup, takeDown } from "./lib/setup.mjs";
import { stages } from "./lib/stages.mjs";
import { main, say, seconds } from "./lib/steps.mjs";

await main(async () => {
	const chosen = chooseStages();
	if (!chosen) return 2;
	const needs = new Set(chosen.flatMap((stage) => stage.needs ?? []));
	const bed = await setup({
		engine: needs.has("engine"),
		electron: needs.has("electron"),
		libvirt: needs.has("libvirt"),
	});
	process.env.HOMERANGE_DIND_IMAGE ??= "homerange/dind:28";
	try {
		const before = bed ? await hostObjects() : undefined;
		const results = [];
		for (const stage of chosen) {
			if (interruption()) break;
			results.push(await runStage(stage));
		}
		results.push(...notAsked(chosen));
		results.push(await runStage({ name: "left-overs", run: () => checkLeftovers(before) }));
		return report(results);
	} finally {
		await takeDown(bed);
	}
});

function chooseStages() {
	const { values } = parseArgs({ options: { only: { type: "string" } } });
	if (values.only === undefined) return stages.filter((stage) => stage.onRequest === undefined);
	const names = values.only.split(",");
	const unknown = names.filter((name) => !stages.some((stage) => stage.name === name));
	if (unknown.length === 0) return stages.filter((stage) => names.includes(stage.name));
	process.stderr.write(`no stage ${unknown.join(", ")}. There are: ${stages.map((stage) => stage.name).join(", ")}\n`);
	return undefined;
}

/** A whole run says what is not part of it. */
function notAsked(chosen) {
	if (chosen.length !== stages.filter((stage) => stage.onRequest === undefined).length) return [];
	return stages
		.filter((stage) => stage.onRequest !== undefined)
		.map(({ name, onRequest }) => {
			const skip = { name, reason: `takes long; it runs with ${onRequest}` };
			return { stage: name, ms: 0, passed: 0, failures: [], skips: [skip] };
		});
}

async function runStage(stage) {
	const start = performance.now();
	say(`\n==== ${stage.name}`);
	const outcome = await stage.run();
	const ms = performance.now() - start;
	say(`==== ${stage.name}: ${outcome.failures.length === 0 ? "passed" : "FAILED"} in ${seconds(ms)}`);
	return { stage: stage.name, ms: Math.round(ms), ...outcome };
}

async function checkLeftovers(before) {
	const found = [...(await lingeringProcesses()), ...(before ? await newObjects(before) : [])];
	const failures = found.map((reason) => ({ name: "left-overs", reason }));
	return { passed: failures.length === 0 ? 1 : 0, failures, skips: [] };
}

/** Prints what a person needs, keeps the rest as JSON, and gives the exit code. */
function report(results) {
	const failures = results.flatMap((result) => result.failures.map((entry) => ({ stage: result.stage, ...entry })));
	const skips = results.flatMap((result) => result.skips.map((entry) => ({ stage: result.stage, ...entry })));
	const unsteady = results.flatMap(({ stage, unsteady = [] }) => unsteady.map((entry) => ({ stage, ...entry })));
	const passed = results.reduce((sum, result) => sum + result.passed, 0);
	const file = join(cacheFolder("reports"), "test.json");
	writeJson(file, { results, interrupted: interruption() ?? null, electronSubstitute: electronSubstitute() ?? null });
	say(`\n${results.map((result) => `${result.stage} ${seconds(result.ms)}`).join(", ")}`);
	for (const { stage, name, reason } of skips) say(`skipped [${stage}] ${name}: ${reason}`);
	for (const { stage, name, reason } of unsteady)
		say(`unsteady [${stage}] ${name}: passed when tried again; ${reason}`);
	for (const { stage, name, reason } of failures) say(`FAILED  [${stage}] ${name}: ${reason}`);
	if (electronSubstitute())
		say(`The windows ran in ${electronSubstitute()}, a third party's redistribution of Electron.`);
	say(`Report: ${file}`);
	process.stdout.write(`${passed} passed, ${failures.length} failed, ${skips.length} skipped\n`);
	if (interruption()) return process.exitCode;
	return failures.length === 0 ? 0 : 1;
}
