import { isNotFound } from "../../../main/docker/api-errors.ts";
import { inspectHostImage, transferImage } from "../../../main/docker/images.ts";
import { connectInnerEngine } from "../../../main/docker/inner-engine.ts";
import { startBareDind } from "../bare-dind.ts";
import type { Bench, Figure, Skip } from "../bench.ts";
import { runCommand } from "../command.ts";
import { interleave, timed } from "../measure.ts";

const images = [
	{ size: "small", image: "homerange/busybox:1" },
	{ size: "medium", image: "homerange/web:1" },
];

export const transfer: Bench = {
	name: "transfer",
	title: "An image from the host into a range's engine",
	async run(context) {
		const { host, signal } = context;
		const figures: Figure[] = [];
		const skips: Skip[] = [];
		const bare = await startBareDind(context, "privileged");
		const inner = await connectInnerEngine(host, bare.container, "the bench", signal);
		for (const { size, image } of context.quick ? images.slice(0, 1) : images) {
			const facts = await inspectHostImage(host, image, signal);
			if (facts === null) {
				skips.push({ name: `${size} image`, reason: `${image} is not on the host` });
				continue;
			}
			const remove = async (): Promise<void> => {
				try {
					await inner.api.getImage(image).remove({ force: true });
				} catch (error) {
					if (!isNotFound(error)) throw error;
				}
			};
			const pipe = `docker save ${image} | docker exec -i ${bare.container} docker load`;
			const values = await interleave(context, context.runs, {
				subject: async () => {
					await remove();
					return await timed(() => transferImage(host, inner, image, { signal }));
				},
				baseline: async () => {
					await remove();
					return await runCommand("sh", ["-c", pipe], { signal, expect: "Loaded image" });
				},
			});
			figures.push({
				name: `${size} image, ${(facts.sizeBytes / 1e6).toFixed(0)} MB`,
				unit: "ms",
				...values,
				baselineIs: `docker save ${image} | docker exec -i DIND docker load`,
				budget: null,
			});
		}
		inner.close();
		await bare.remove();
		return { figures, skips };
	},
};
