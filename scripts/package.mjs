// npm run package: builds the app as a folder that needs no checkout, starts it, and checks what it shows.
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { repository } from "./lib/cache.mjs";
import { hasDisplay, startVirtualDisplay } from "./lib/display.mjs";
import { electronSubstitute } from "./lib/electron.mjs";
import { isRoot } from "./lib/privilege.mjs";
import { run } from "./lib/run.mjs";
import { setup } from "./lib/setup.mjs";
import { main, say, step } from "./lib/steps.mjs";

const minute = 60_000;
/** A window of one colour compresses to less than this; one with text does not. */
const smallestPicture = 8 * 1024;

await main(async () => {
	await setup({ engine: false });
	await step("build the app", () => run("node", [join("scripts", "build.mjs")], { cwd: repository }).then(() => ""));
	const folder = await step("package", makePackage);
	const data = mkdtempSync(join(tmpdir(), "homerange-package-"));
	try {
		await step("the package's command line", () => checkCommandLine(folder, data));
		await step("the package's window", () => checkWindow(folder, data));
	} finally {
		rmSync(data, { recursive: true });
	}
	say(`The package is ${folder}`);
});

/** An override of Electron's distribution is not what we release, so what is made from it is kept apart by its name. */
async function makePackage() {
	const override = process.env.ELECTRON_OVERRIDE_DIST_PATH;
	const output = join("dist", override ? "test-runtime" : "release");
	const target = process.platform === "darwin" ? "--mac" : "--linux";
	const args = [target, "dir", "--publish", "never", `-c.directories.output=${output}`];
	if (override) {
		const version = readFileSync(join(override, "version"), "utf8").trim();
		args.push(`-c.electronDist=${override}`, `-c.electronVersion=${version}`);
		const name = electronSubstitute() ?? override;
		say(`       Made with ${name}, Electron ${version}: for tests, not for release.`);
	}
	rmSync(join(repository, output), { recursive: true, force: true });
	await run("electron-builder", args, { cwd: repository, limitMs: 10 * minute });
	const folder = findApp(join(repository, output));
	return { detail: `${Math.round(sizeOf(folder) / 1024 / 1024)} MiB`, value: folder };
}

function findApp(output) {
	const unpacked = readdirSync(output).find((name) => /^(linux|mac).*|unpacked$/.test(name));
	const folder = join(output, unpacked ?? "");
	return process.platform === "darwin" ? join(folder, "Homerange.app", "Contents") : folder;
}

async function checkCommandLine(folder, data) {
	const program = join(folder, "bin", "homerange");
	const env = { HOMERANGE_DATA: data, HOMERANGE_IDLE_SECONDS: "1" };
	const { stdout } = await run(program, ["--version"], { env, limitMs: minute });
	const ranges = await run(program, ["list", "--format", "json"], { env, limitMs: 2 * minute });
	if (!Array.isArray(JSON.parse(ranges.stdout))) throw new Error(`"list" printed ${ranges.stdout.slice(0, 200)}`);
	return `version ${stdout.trim()}, its engine answers`;
}

async function checkWindow(folder, data) {
	const picture = join(repository, "artifacts", "package.png");
	rmSync(picture, { force: true });
	const screen = hasDisplay ? undefined : await startVirtualDisplay();
	const program = process.platform === "darwin" ? join("MacOS", "Homerange") : "homerange-app";
	const switches = isRoot ? ["--no-sandbox", "--disable-gpu"] : [];
	try {
		const env = { HOMERANGE_DATA: data, ...(screen ? { DISPLAY: screen.display } : {}) };
		await run(join(folder, program), [...switches, "--screenshot", picture], { env, limitMs: 3 * minute });
	} finally {
		await screen?.stop();
	}
	if (!existsSync(picture)) throw new Error("it ended without a picture of its window");
	if (statSync(picture).size < smallestPicture) throw new Error(`its window is blank: see ${picture}`);
	return `painted: ${picture}`;
}

function sizeOf(folder) {
	const files = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
	return files.reduce((sum, entry) => sum + statSync(join(entry.parentPath, entry.name)).size, 0);
}
