// Sets up what `npm start` and `npm test` need, without starting either. Safe to run again at any time.
import { setup } from "./lib/setup.mjs";
import { main, say, seconds } from "./lib/steps.mjs";

await main(async () => {
	await setup();
	say(`Ready after ${seconds(performance.now())}.`);
});
