import { commitContainer } from "../../../main/docker/commit.ts";
import { connectInnerEngine } from "../../../main/docker/inner-engine.ts";
import { profiles } from "../bare-dind.ts";
import type { Bench, Figure } from "../bench.ts";
import { EngineProcess } from "../engine-process.ts";
import { interleave, timed } from "../measure.ts";
import { blueprint } from "../ten-machines.ts";

/** What saving a whole range costs beside the commits that it is made of, and bringing it back. */
export const snapshot: Bench = {
	name: "snapshot",
	title: "A snapshot of a range with ten machines, and its restore",
	async run(context) {
		const { host, signal } = context;
		const figures: Figure[] = [];
		const engine = await EngineProcess.start(context);
		const { api } = engine.client;
		for (const profile of profiles) {
			const { ranges } = await engine.deploy(blueprint, { profile });
			const range = ranges[0] ?? "";
			const detail = await api.ranges.get({ range });
			const inner = await connectInnerEngine(host, detail.dind?.container ?? "", "the bench", signal);
			const restore: number[] = [];
			const values = await interleave(context, context.runs, {
				subject: async (round) => {
					const name = `bench-${profile}-${round}`;
					const ms = await timed(async () => engine.end(await api.rangeSnapshots.take({ range, name })));
					restore.push(
						await timed(async () => engine.end(await api.rangeSnapshots.restore({ range, snapshot: name }))),
					);
					return ms;
				},
				baseline: async () => {
					const machines = (await api.ranges.get({ range })).machines.map(({ engineId }) => engineId ?? "");
					const repo = "hrbench/commit";
					const ms = await timed(async () => {
						await Promise.all(machines.map((id, n) => commitContainer(inner, id, { repo, tag: `${n}`, labels: {} })));
					});
					await Promise.all(machines.map((_, n) => inner.api.getImage(`${repo}:${n}`).remove({ force: true })));
					return ms;
				},
			});
			const baselineIs = "docker commit of the ten machines, side by side, which leaves the images in the range";
			figures.push(
				{ name: `snapshot, ${profile}`, unit: "ms", ...values, baselineIs, budget: null },
				{
					name: `restore in place, ${profile}`,
					unit: "ms",
					subject: restore,
					baseline: null,
					baselineIs: null,
					budget: null,
				},
			);
			inner.close();
			await engine.destroy(ranges);
			for (const { name } of await api.rangeSnapshots.list({})) await api.rangeSnapshots.delete({ snapshot: name });
		}
		await engine.close();
		return { figures };
	},
};
