// The stages of `npm test`, in order. Each gives { passed, failures, skips, unsteady }, the last three as [{name, reason}].
// unsteady: what failed at first and passed when it was tried again (second-try.mjs); it is part of `passed`.
import { cpSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { cacheFolder, readJson, repository } from "./cache.mjs";
import { hasDisplay, startVirtualDisplay } from "./display.mjs";
import { runMark } from "./leftovers.mjs";
import { readPlaywrightReport } from "./playwright-report.mjs";
import { run } from "./run.mjs";
import { filesToTryAgain, joinTries, sumOf } from "./second-try.mjs";
import { say } from "./steps.mjs";

const minute = 60_000;
const shownLines = 40;

/** What ranges do must be the same in both profiles; these files take the profile from their environment. */
const eitherProfile = [
	"main/ranges/deploy.integration.ts",
	"main/providers/conformance.integration.ts",
	"main/snapshots/freeze",
	"main/snapshots/range-snapshots",
];
/** The same for what is nearly the same code in both, and takes minutes. */
const eitherProfileLong = ["main/ranges/crash.integration.ts", "main/snapshots/snapshots"];
/** Everything that depends on the inner engine's version, with the ranges' networks first. */
const eitherEngine = [
	"main/ranges",
	"main/router",
	"main/providers",
	"main/network-test",
	"main/snapshots",
	"main/layers",
];
/** The specs that deploy ranges. The e2e stage runs them in the app's own choice, the strongest profile. */
const rangeSpecs = ["deploy", "first-range", "library", "networks", "update", "watching"].map(
	(name) => `${name}.spec.ts`,
);
const unprivileged = { HOMERANGE_ISOLATION: "unprivileged" };
const olderEngines = ["homerange/dind:26", "homerange/dind:20.10"];

/**
 * needs: what has to be set up before. onRequest: only with --only, because it takes long; a run without it says that
 * it was skipped, and by which command it runs.
 */
export const stages = [
	{ name: "typecheck", run: () => npmCheck("typecheck", 5 * minute) },
	{ name: "lint", run: () => npmCheck("lint", 3 * minute) },
	{ name: "arrows", run: () => npmCheck("arrows", 3 * minute) },
	{ name: "schema", run: checkSchema },
	{ name: "migrations", run: checkMigrations },
	{ name: "unit", run: () => vitest("unit", 10 * minute) },
	{ name: "integration", needs: ["engine", "libvirt"], run: () => vitest("integration", 60 * minute) },
	{
		name: "unprivileged",
		needs: ["engine", "libvirt"],
		run: () => vitest("integration", 25 * minute, { files: eitherProfile, env: unprivileged }),
	},
	{ name: "attack", needs: ["engine", "libvirt"], run: () => vitest("attack", 20 * minute) },
	{ name: "build", run: () => npmCheck("build", 5 * minute) },
	{ name: "e2e", needs: ["engine", "libvirt", "electron"], run: () => playwright("e2e", 25 * minute) },
	{
		name: "e2e-privileged",
		needs: ["engine", "libvirt", "electron"],
		run: () =>
			playwright("e2e-privileged", 25 * minute, { files: rangeSpecs, env: { HOMERANGE_ISOLATION: "privileged" } }),
	},
	{
		name: "unprivileged-long",
		needs: ["engine", "libvirt"],
		onRequest: "npm run test:long",
		run: () => vitest("integration", 25 * minute, { files: eitherProfileLong, env: unprivileged }),
	},
	{ name: "engines", needs: ["engine", "libvirt"], onRequest: "npm run test:long", run: testOlderEngines },
	{
		name: "cycles",
		needs: ["engine", "libvirt"],
		onRequest: "npm run test:long",
		run: () => vitest("cycles", 30 * minute),
	},
];

/** The same tests with inner engines 26 and 20.10, whose images are built for it. */
async function testOlderEngines() {
	const total = { passed: 0, failures: [], skips: [], unsteady: [] };
	for (const image of olderEngines) {
		const built = await check(`image ${image}`, "node", [join("scripts", "images.mjs"), image], 40 * minute);
		const reports = built.failures.length > 0 ? [built] : [built, ...(await testsWith(image))];
		for (const report of reports) {
			total.passed += report.passed;
			total.failures.push(...report.failures.map((entry) => ({ ...entry, name: `${image}: ${entry.name}` })));
			total.unsteady.push(...(report.unsteady ?? []));
			total.skips.push(...report.skips);
		}
	}
	return total;
}

async function testsWith(image) {
	const attacks = await vitest("attack", 30 * minute, { env: { HOMERANGE_DIND_IMAGE: image } });
	const integration = await vitest("integration", 45 * minute, {
		files: eitherEngine,
		env: { HOMERANGE_DIND_IMAGE: image },
	});
	return [attacks, integration];
}

/** A command that is right or wrong counts as one test. */
async function check(name, program, args, limitMs) {
	const result = await run(program, args, { cwd: repository, env: runMark, allowFailure: true, limitMs });
	if (result.code === 0) return { passed: 1, failures: [], skips: [] };
	for (const line of (result.stdout + result.stderr).trimEnd().split("\n").slice(-shownLines)) say(`       | ${line}`);
	return failure(name, result.timedOut ? overLimit(limitMs) : `exit code ${result.code}`);
}

function npmCheck(script, limitMs) {
	return check(script, "npm", ["run", "--silent", script], limitMs);
}

/** The generated schema must be the one that is committed. */
async function checkSchema() {
	const folder = join(repository, "resources", "schema");
	const before = readFolder(folder);
	const report = await npmCheck("schema", minute);
	if (report.failures.length > 0) return report;
	const after = readFolder(folder);
	const stale = [...after].filter(([name, text]) => before.get(name) !== text).map(([name]) => name);
	for (const name of stale) {
		if (before.has(name)) writeFileSync(join(folder, name), before.get(name));
		else rmSync(join(folder, name));
	}
	return stale.length === 0
		? report
		: failure("schema", `stale: ${stale.join(", ")}. Run npm run schema and commit it`);
}

/** The database's schema must have its migrations: generating them once more into a copy must add none. */
async function checkMigrations() {
	const migrations = join("main", "db", "migrations");
	const copy = mkdtempSync(join(tmpdir(), "homerange-migrations-"));
	try {
		cpSync(join(repository, migrations), copy, { recursive: true });
		const before = readdirSync(copy, { recursive: true }).length;
		const args = ["generate", "--dialect", "sqlite", "--schema", join("main", "db", "schema.ts"), "--out", copy];
		const report = await check("migrations", "drizzle-kit", args, 2 * minute);
		if (report.failures.length > 0 || readdirSync(copy, { recursive: true }).length === before) return report;
		return failure("migrations", "the schema has changed without a migration. Run npm run migrations and commit it");
	} finally {
		rmSync(copy, { recursive: true });
	}
}

async function vitest(project, limitMs, { files = [], env = {} } = {}) {
	const until = performance.now() + limitMs;
	const first = await vitestOnce(project, limitMs, files, env);
	const again = first.report === undefined || first.result.timedOut ? [] : filesToTryAgain(first.report);
	if (again.length === 0) return complete(project, first.report && sumOf(first.report), first.result, limitMs);
	say(`==== ${project}: once more, alone: ${again.join(", ")}`);
	const second = await vitestOnce(project, until - performance.now(), again, env);
	const joined = second.report && joinTries(first.report, second.report);
	return complete(project, joined && sumOf(joined), second.result, limitMs);
}

async function vitestOnce(project, limitMs, files, more) {
	const file = join(cacheFolder("reports"), `${project}.json`);
	rmSync(file, { force: true });
	const reporter = join(repository, "scripts", "lib", "vitest-reporter.mjs");
	const args = [
		"run",
		...files,
		"--project",
		project,
		"--allowOnly=false",
		"--reporter=default",
		`--reporter=${reporter}`,
	];
	const env = { ...runMark, ...more, HOMERANGE_REPORT: file };
	const result = await run("vitest", args, { cwd: repository, env, show: true, allowFailure: true, limitMs });
	return { report: readJson(file), result };
}

async function playwright(name, limitMs, { files = [], env: more = {} } = {}) {
	const file = join(cacheFolder("reports"), `${name}.json`);
	rmSync(file, { force: true });
	const screen = hasDisplay ? undefined : await startVirtualDisplay();
	try {
		const args = ["test", ...files, "--config", join("e2e", "playwright.config.ts"), "--forbid-only", "--retries=1"];
		const env = {
			...runMark,
			...more,
			PLAYWRIGHT_JSON_OUTPUT_NAME: file,
			...(screen ? { DISPLAY: screen.display } : {}),
		};
		const result = await run("playwright", [...args, "--reporter=list,json"], {
			cwd: repository,
			env,
			show: true,
			allowFailure: true,
			limitMs,
		});
		return complete(name, existsSync(file) ? readPlaywrightReport(readJson(file)) : undefined, result, limitMs);
	} finally {
		await screen?.stop();
	}
}

/** A runner that failed without a failed test, or ended without a report, has failed too. */
function complete(name, report, result, limitMs) {
	const found = report ?? { passed: 0, failures: [], skips: [] };
	if (result.timedOut) found.failures.push({ name, reason: overLimit(limitMs) });
	else if (!report) found.failures.push({ name, reason: `wrote no report, exit code ${result.code}` });
	else if (result.code !== 0 && found.failures.length === 0) {
		found.failures.push({ name, reason: `exit code ${result.code} without a failed test` });
	}
	return found;
}

function failure(name, reason) {
	return { passed: 0, failures: [{ name, reason }], skips: [] };
}

function overLimit(limitMs) {
	return `ended after its limit of ${limitMs / minute} minutes`;
}

function readFolder(folder) {
	if (!existsSync(folder)) return new Map();
	return new Map(readdirSync(folder).map((name) => [name, readFileSync(join(folder, name), "utf8")]));
}
