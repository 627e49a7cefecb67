// npm run app [-- --range NAME | --open FILE | --screenshot FILE]: builds the app and opens it from the checkout.
import { join } from "node:path";
import { appCommand } from "./lib/app.mjs";
import { repository } from "./lib/cache.mjs";
import { hasDisplay, startVirtualDisplay } from "./lib/display.mjs";
import { run } from "./lib/run.mjs";
import { setup } from "./lib/setup.mjs";
import { main, say, step } from "./lib/steps.mjs";

const options = process.argv.slice(2);

await main(async () => {
	await setup({ engine: false });
	await step("build the app", () => run("node", [join("scripts", "build.mjs")], { cwd: repository }).then(() => ""));
	const screen = hasDisplay ? undefined : await startVirtualDisplay();
	if (screen) say("There is no display here: the app runs on a virtual one. Use --screenshot FILE to see it.");
	try {
		const [program, args] = appCommand(options);
		await run(program, args, { cwd: repository, show: true, env: screen ? { DISPLAY: screen.display } : {} });
	} finally {
		await screen?.stop();
	}
});
