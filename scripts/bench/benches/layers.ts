import { randomBytes } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openDatabase } from "../../../main/db/open.ts";
import { LayerStores } from "../../../main/layers/index.ts";
import { silentLog } from "../../../main/log.ts";
import { startBareDind } from "../bare-dind.ts";
import type { Bench, Figure } from "../bench.ts";
import { budgets } from "../budgets.ts";
import { runCommand } from "../command.ts";
import { type ImageRecipe, makeImage, makeVolume, megabytes } from "../images-and-volumes.ts";
import { interleave, timed } from "../measure.ts";

const samples: readonly ({ name: string } & ImageRecipe)[] = [
	{ name: "100 MB in few files", script: "for n in 1 2 3 4 5; do head -c 20000000 /dev/urandom > /f$n; done" },
	{
		name: "100 MB in many files",
		script:
			"for d in $(seq 1 100); do mkdir -p /d/$d; for n in $(seq 1 100); do head -c 10000 /dev/urandom > /d/$d/$n; done; done",
	},
	{ name: "1 GB in few files", script: "for n in 1 2 3 4 5; do head -c 200000000 /dev/urandom > /f$n; done" },
];

/** What a further copy of a range costs in time and disk before its machines are made. */
export const layers: Bench = {
	name: "layers",
	title: "The images of a further copy of a range",
	async run(context) {
		const figures: Figure[] = [];
		const { host, dindImage, signal, cleanup } = context;
		const folder = mkdtempSync(join(tmpdir(), "homerange-bench-"));
		const removeFolder = cleanup.add(`the folder ${folder}`, async () =>
			rmSync(folder, { recursive: true, force: true }),
		);
		const db = openDatabase(folder);
		const stores = new LayerStores({ db, owner: `bench-${randomBytes(6).toString("hex")}`, log: silentLog });
		const removeStores = cleanup.add("the layer store", async () => {
			await stores.close();
			await stores.collect(host, { all: true, kept: new Set(), currentImage: dindImage }, AbortSignal.timeout(60_000));
			db.close();
		});
		for (const sample of context.quick ? samples.slice(0, 2) : samples) {
			const image = await makeImage(context, sample);
			const request = { host, dindImage, profile: "privileged" as const, images: [image.reference], signal };
			const first = await timed(() => stores.prepare(request));
			const disk: { subject: number[]; baseline: number[] } = { subject: [], baseline: [] };
			const values = await interleave(context, context.runs, {
				subject: async () => {
					const volume = await makeVolume(context);
					const ms = await timed(async () => stores.clone(host, await stores.prepare(request), volume.name, signal));
					disk.subject.push(await megabytes(host, dindImage, volume.name, signal));
					await volume.remove();
					return ms;
				},
				baseline: async () => {
					const bare = await startBareDind(context, "privileged");
					const before = await megabytes(host, dindImage, bare.container, signal);
					const pipe = `docker save ${image.reference} | docker exec -i ${bare.container} docker load`;
					const ms = await runCommand("sh", ["-c", pipe], { signal, expect: "Loaded image" });
					disk.baseline.push((await megabytes(host, dindImage, bare.container, signal)) - before);
					await bare.remove();
					return ms;
				},
			});
			const baselineIs = "docker save | docker exec -i DIND docker load, into an empty engine";
			figures.push(
				{
					name: `image stage of a further copy, ${sample.name}`,
					unit: "ms",
					...values,
					baselineIs,
					budget: budgets.copyTime,
					notes: [`The first copy, which fills the store: ${first.toFixed(0)} ms.`],
				},
				{
					name: `disk of a further copy, ${sample.name}`,
					unit: "MB",
					subject: disk.subject,
					baseline: disk.baseline,
					baselineIs,
					budget: budgets.copyDisk,
				},
			);
			await image.remove();
		}
		await removeStores();
		await removeFolder();
		return { figures };
	},
};
