// npm start: sets up what is missing, builds the app, deploys the first range, and opens the app on it.
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { openApp, pictureApp } from "./lib/app.mjs";
import { repository } from "./lib/cache.mjs";
import { hasDisplay } from "./lib/display.mjs";
import { CommandFailed, run } from "./lib/run.mjs";
import { setup } from "./lib/setup.mjs";
import { alreadyDone, main, say, seconds, step } from "./lib/steps.mjs";

const rangeName = "first-range";
const blueprint = join("templates", "blueprints", "first-range.yaml");
const notFound = 5; // the CLI's exit code
const buildLimitMs = 5 * 60_000;
const deployLimitMs = 15 * 60_000;

await main(async () => {
	await setup();
	await step("build the app", () =>
		run("npm", ["run", "--silent", "build"], { cwd: repository, limitMs: buildLimitMs }).then(() => ""),
	);
	await step(`range ${rangeName}`, deployFirstRange);
	if (hasDisplay) {
		say(
			`Ready after ${seconds(performance.now())}. The app opens; close its window to end this command. The range stays.`,
		);
		await step("app", () => openApp(rangeName).then(() => "closed"));
		return;
	}
	say("There is no display here, so the app runs on a virtual one and its window is saved as a picture.");
	const folder = join(repository, "artifacts");
	mkdirSync(folder, { recursive: true });
	const picture = join(folder, `${rangeName}.png`);
	await step("app", () => pictureApp(rangeName, picture).then(() => picture));
	process.stdout.write((await homerange(["inspect", rangeName])).stdout);
	say(`Ready after ${seconds(performance.now())}. The range runs on. Try: bin/homerange console ${rangeName} attacker`);
});

async function deployFirstRange() {
	const known = await homerange(["inspect", rangeName, "--format", "json"], { allowFailure: true });
	if (known.code === 0) return reviveRange(JSON.parse(known.stdout).state);
	if (known.code !== notFound) throw new CommandFailed("homerange inspect", `exit code ${known.code}`, known.stderr);
	await homerange(["deploy", blueprint, "--name", rangeName], { limitMs: deployLimitMs });
	return "deployed";
}

async function reviveRange(state) {
	if (state !== "stopped") return alreadyDone(`it exists already and is ${state}`);
	await homerange(["start", rangeName], { limitMs: deployLimitMs });
	return "it existed, stopped; started";
}

function homerange(args, options) {
	return run(join(repository, "bin", "homerange"), args, { cwd: repository, ...options });
}
