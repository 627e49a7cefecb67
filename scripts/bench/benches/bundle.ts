import { randomBytes } from "node:crypto";
import { mkdtempSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { BundleReader } from "../../../main/bundles/bundle-reader.ts";
import { loadImage } from "../../../main/bundles/load-image.ts";
import { VerifiedEntries } from "../../../main/bundles/verified-entries.ts";
import { verifyBundle } from "../../../main/bundles/verify-bundle.ts";
import { type ManifestHead, writeBundle } from "../../../main/bundles/write-bundle.ts";
import { isNotFound } from "../../../main/docker/api-errors.ts";
import { saveImages } from "../../../main/docker/asking.ts";
import { inspectHostImage } from "../../../main/docker/images.ts";
import type { Bench, Figure } from "../bench.ts";
import { runCommand } from "../command.ts";
import { interleave, type Sides, timed } from "../measure.ts";

const source = "homerange/web:1";
const megabytes = (file: string) => statSync(file).size / 1e6;

/** What an image costs on its way into a bundle, and out of it on a machine that lacks it. */
export const bundle: Bench = {
	name: "bundle",
	title: "An image into a bundle, and out of it",
	async run(context) {
		const { host, signal, cleanup, runs } = context;
		if ((await runCommand("zstd", ["--version"], { signal }).catch(() => null)) === null) {
			return { figures: [], skips: [{ name: "bundle", reason: "there is no zstd to compare with" }] };
		}
		const image = `homerange-bench-${randomBytes(6).toString("hex")}:1`;
		const folder = mkdtempSync(join(tmpdir(), "homerange-bench-"));
		const [ours, theirs] = [join(folder, "ours.bundle"), join(folder, "theirs.tar.zst")];
		const removeFolder = cleanup.add(`the folder ${folder}`, async () => rmSync(folder, { recursive: true }));
		const removeImage = async (): Promise<void> => {
			try {
				await host.api.getImage(image).remove({ force: true });
			} catch (error) {
				if (!isNotFound(error)) throw error;
			}
		};
		const removeImageAtLast = cleanup.add(`the image ${image}`, removeImage);
		// Its files in one layer that no other image has, so that it can be taken from the engine and come back whole.
		const copy = `id=$(docker create ${source} true) && docker export $id | docker import - ${image}; docker rm $id`;
		await runCommand("sh", ["-c", copy], { signal });
		const facts = await inspectHostImage(host, image, signal);
		if (facts === null) throw new Error(`${image} was not made`);

		const content = {
			head: {
				format: "homerange-bundle",
				version: 1,
				createdAt: new Date().toISOString(),
				productVersion: "bench",
				dindImage: image,
				dindImages: [],
				blueprints: [],
				templates: [],
				snapshots: [],
			} satisfies ManifestHead,
			documents: new Map<string, Buffer>(),
			images: new Map([[image, facts]]),
			key: null,
			save: () => saveImages(host.api, [image], signal),
			onBytes: () => undefined,
			onTaken: () => undefined,
		};
		/** Each side once before it is measured. */
		const warmed = async (sides: Sides) => {
			await sides.baseline(0);
			await sides.subject(0);
			return await interleave(context, runs, sides);
		};
		const writing = await warmed({
			subject: async () => {
				rmSync(ours, { force: true });
				return await timed(() => writeBundle(ours, content, signal));
			},
			baseline: () => runCommand("sh", ["-c", `docker save ${image} | zstd -q -f -3 -o ${theirs}`], { signal }),
		});
		const installing = await warmed({
			subject: async () => {
				await removeImage();
				return await timed(() => install(host, ours, folder, signal));
			},
			baseline: async () => {
				await removeImage();
				return await runCommand("sh", ["-c", `zstd -q -dc ${theirs} | docker load`], {
					signal,
					expect: "Loaded image",
				});
			},
		});
		const size = `${(facts.sizeBytes / 1e6).toFixed(0)} MB`;
		const files = `${megabytes(ours).toFixed(1)} MB in the bundle, ${megabytes(theirs).toFixed(1)} MB by zstd alone`;
		const figures: Figure[] = [
			{
				name: `create, ${size}`,
				unit: "ms",
				...writing,
				baselineIs: "docker save IMAGE | zstd -3",
				budget: null,
				notes: [files],
			},
			{
				name: `install, ${size}`,
				unit: "ms",
				...installing,
				baselineIs: "zstd -dc FILE | docker load",
				budget: null,
				notes: ["ours reads the file twice: all of it is compared before anything changes"],
			},
		];
		await removeImageAtLast();
		await removeFolder();
		return { figures };
	},
};

async function install(host: Parameters<typeof loadImage>[0], file: string, folder: string, signal: AbortSignal) {
	const reader = await BundleReader.open(file);
	const verified = await VerifiedEntries.open(mkdtempSync(join(folder, "verified-")), reader);
	try {
		const whole = await verifyBundle(reader, verified, () => undefined, signal);
		for (const image of reader.manifest.images) {
			await loadImage(host, whole, image, image.layers, () => undefined, signal);
		}
	} finally {
		await verified.close();
		await reader.close();
	}
}
