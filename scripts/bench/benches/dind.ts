import { randomBytes } from "node:crypto";
import { performance } from "node:perf_hooks";
import {
	chooseOuterSubnet,
	ensureDind,
	ensureOuterNetwork,
	ensureVolume,
	removeDind,
	startDind,
	takenSubnets,
	waitForInnerEngine,
} from "../../../main/dind/index.ts";
import { connectInnerEngine } from "../../../main/docker/inner-engine.ts";
import { bareCommand, type Profile, profiles, startBareDind } from "../bare-dind.ts";
import type { Bench, BenchContext, Figure } from "../bench.ts";
import { interleave, timed } from "../measure.ts";

const pool = "172.30.0.0/16";
const memoryBytes = 1024 ** 3;

export const dind: Bench = {
	name: "dind",
	title: "A range's container, from nothing to the first answer of its engine",
	async run(context) {
		const figures: Figure[] = [];
		// What is asked of the host once and remembered belongs to no single range.
		await takenSubnets(context.host, context.dindImage, context.signal);
		for (const profile of profiles) {
			const values = await interleave(context, context.runs, {
				subject: () => ours(context, profile),
				baseline: () => bare(context, profile),
			});
			figures.push({
				name: `create to ready, ${profile}`,
				unit: "ms",
				...values,
				baselineIs: `${bareCommand(profile)}, until docker version answers in it`,
				budget: null,
			});
		}
		return { figures };
	},
};

/** With its own outer network, volume and limits, until a ping through the tunnel is answered. */
async function ours({ host, dindImage, cleanup, signal }: BenchContext, profile: Profile): Promise<number> {
	const rangeId = `bench${randomBytes(8).toString("hex").slice(0, 15)}`;
	const remove = cleanup.add(`the range container of ${rangeId}`, () => removeDind(host, rangeId));
	const start = performance.now();
	const taken = await takenSubnets(host, dindImage, signal);
	const spec = {
		owner: "bench",
		rangeId,
		rangeName: "bench",
		image: dindImage,
		profile,
		subnet: chooseOuterSubnet({ pool, taken, avoid: [] }),
		pool,
		avoid: [],
		cpus: 1,
		memoryBytes,
		store: null,
		hasInternet: false,
	};
	await Promise.all([ensureOuterNetwork(host, spec, signal), ensureVolume(host, spec, signal)]);
	const made = await ensureDind(host, spec, signal);
	await startDind(host, made, signal);
	await waitForInnerEngine(host, made, signal);
	const inner = await connectInnerEngine(host, made.container, "the bench", signal);
	await inner.ping(signal);
	const ms = performance.now() - start;
	inner.close();
	await remove();
	return ms;
}

async function bare(context: BenchContext, profile: Profile): Promise<number> {
	let remove = async (): Promise<void> => undefined;
	const ms = await timed(async () => {
		({ remove } = await startBareDind(context, profile));
	});
	await remove();
	return ms;
}
