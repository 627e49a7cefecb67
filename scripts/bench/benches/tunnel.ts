import type { DockerEngine } from "../../../main/docker/engine.ts";
import { transferImage } from "../../../main/docker/images.ts";
import { connectInnerEngine } from "../../../main/docker/inner-engine.ts";
import { openDirectEngine, type Profile, profiles, startBareDind } from "../bare-dind.ts";
import type { Bench, BenchContext, Figure, Skip } from "../bench.ts";
import { budgets } from "../budgets.ts";
import { alternate, rounds } from "../measure.ts";

const image = "homerange/busybox:1";
const containers = 10;

const calls: { name: string; call(engine: DockerEngine): Promise<unknown> }[] = [
	{ name: "GET /_ping", call: (engine) => engine.ping() },
	{ name: `GET /containers/json, ${containers} containers`, call: ({ api }) => api.listContainers({ all: true }) },
];

export const tunnel: Bench = {
	name: "tunnel",
	title: "A call of the inner engine's API, connections warm",
	async run(context) {
		const figures: Figure[] = [];
		const skips: Skip[] = [];
		for (const profile of profiles) await measureProfile(context, profile, figures, skips);
		return { figures, skips };
	},
};

async function measureProfile(
	context: BenchContext,
	profile: Profile,
	figures: Figure[],
	skips: Skip[],
): Promise<void> {
	const { host, signal } = context;
	const bare = await startBareDind(context, profile);
	const direct = await openDirectEngine(host, bare.container, profile);
	if (direct.engine === null) {
		skips.push({ name: `calls through the tunnel, ${profile}`, reason: direct.reason });
		return await bare.remove();
	}
	const inner = await connectInnerEngine(host, bare.container, "the bench", signal);
	await transferImage(host, inner, image, { signal });
	await Promise.all(
		Array.from({ length: containers }, (_, index) => inner.api.createContainer({ name: `box-${index}`, Image: image })),
	);
	const calledEach = context.quick ? 20 : 100;
	const own = direct.engine;
	for (const { name, call } of calls) {
		const sides = { subject: () => call(inner), baseline: () => call(own) };
		// The first calls open the connections; they are no part of the figure.
		await alternate(signal, 3, sides);
		figures.push({
			name: `${name}, ${profile}`,
			unit: "ms",
			...(await rounds(context.runs, () => alternate(signal, calledEach, sides))),
			baselineIs: "the same call by the same client on the inner engine's own unix socket",
			budget: budgets.tunnelCall,
			notes: [`Each value is the median of ${calledEach} calls, one of each side in turn.`],
		});
	}
	inner.close();
	direct.close();
	await bare.remove();
}
