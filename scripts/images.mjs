// Builds the DinD image and the sample machines' images, as far as they are missing or out of date.
// usage: node scripts/images.mjs [--engines all] [IMAGE...]
import { parseArgs } from "node:util";
import { engineEnvironment, findEngine } from "./lib/docker.mjs";
import { buildImages, wantedImages } from "./lib/images.mjs";
import { Impossible, main } from "./lib/steps.mjs";

await main(async () => {
	const { values, positionals } = parseArgs({ allowPositionals: true, options: { engines: { type: "string" } } });
	const engine = await findEngine();
	if (!engine) throw new Impossible("no Docker Engine answers", "Start Docker, or run scripts/testbed up.");
	Object.assign(process.env, engineEnvironment(engine));
	const all = wantedImages({ allEngines: values.engines === "all" || positionals.length > 0 });
	const unknown = positionals.filter((tag) => !all.some((image) => image.tag === tag));
	if (unknown.length > 0) {
		throw new Impossible(`no recipe for ${unknown.join(" ")}`, `There are: ${all.map((image) => image.tag).join(" ")}`);
	}
	await buildImages(positionals.length > 0 ? all.filter((image) => positionals.includes(image.tag)) : all);
});
