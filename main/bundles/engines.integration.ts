import { randomBytes } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Readable } from "node:stream";
import { pack } from "tar-stream";
import { afterAll, beforeAll, expect, test } from "vitest";
import { saveImages } from "../docker/asking.ts";
import type { DockerEngine } from "../docker/engine.ts";
import { runExec } from "../docker/exec.ts";
import { type ImageFacts, inspectImage } from "../docker/image-inspect.ts";
import { connectInnerEngine } from "../docker/inner-engine.ts";
import { connectTestEngine, removeLabelled, testLabel, uniqueName } from "../testing/engine.ts";
import { importTestImage } from "../testing/image.ts";
import { BundleReader } from "./bundle-reader.ts";
import { loadImage } from "./load-image.ts";
import { isBundled, missingLayers, presentStacks } from "./present-images.ts";
import { writeTestBundle } from "./testing/saved-stream.ts";
import { VerifiedEntries } from "./verified-entries.ts";
import { verifyBundle } from "./verify-bundle.ts";

/**
 * Generations of engines and kinds of image stores write and take archives of different forms: each of them writes a bundle
 * here, loses its images, and gets them back from it.
 */
const engines = [
	{ title: "20.10", image: "homerange/dind:20.10", isContainerd: false },
	{ title: "26", image: "homerange/dind:26", isContainerd: false },
	{ title: "28", image: "homerange/dind:28", isContainerd: false },
	{ title: "28 with a containerd store", image: "homerange/dind:28", isContainerd: true },
];

const signal = new AbortController().signal;
const work = mkdtempSync(join(tmpdir(), "homerange-engines-"));
const run = uniqueName("bundle-engine");
let host: DockerEngine;
beforeAll(async () => {
	host = await connectTestEngine();
});
afterAll(async () => {
	await removeLabelled(host, `${testLabel}=${run}`);
	rmSync(work, { recursive: true });
});

/** An inner engine of a DinD, in the place of a host's. */
async function startEngine(image: string, isContainerd: boolean): Promise<DockerEngine & { close(): void }> {
	const volume = await host.api.createVolume({ Labels: { [testLabel]: run } });
	const container = await host.api.createContainer({
		Image: image,
		Cmd: ["privileged", ...(isContainerd ? ["--storage-driver=overlayfs"] : [])],
		Labels: { [testLabel]: run },
		HostConfig: { Binds: [`${volume.name}:/var/lib/docker`], Privileged: true, NetworkMode: "none" },
	});
	if (isContainerd) {
		// Beside what the image's own file says, this cannot be a flag.
		const archive = pack();
		const features = { "containerd-snapshotter": true };
		archive.entry(
			{ name: "etc/homerange/daemon.json" },
			JSON.stringify({ iptables: false, ip6tables: false, features }),
		);
		archive.finalize();
		await container.putArchive(Readable.from(archive) as unknown as NodeJS.ReadableStream, { path: "/" });
	}
	await container.start();
	const script = "until [ -S /var/run/docker.sock ] && docker version >/dev/null 2>&1; do sleep 0.1; done";
	const command = ["timeout", "60", "sh", "-c", script];
	const { exitCode, stderr } = await runExec(host, container.id, { command });
	if (exitCode !== 0) {
		const logs = await container.logs({ stdout: true, stderr: true, tail: 20 });
		throw new Error(`the engine is not ready: ${stderr} ${logs.toString()}`);
	}
	return await connectInnerEngine(host, container.id, image);
}

async function derive(engine: DockerEngine, base: string, name: string): Promise<void> {
	const container = await engine.api.createContainer({ Image: base, Cmd: ["/x"] });
	const archive = pack();
	archive.entry({ name: "more" }, randomBytes(5 * 1024 * 1024));
	archive.finalize();
	await container.putArchive(Readable.from(archive) as unknown as NodeJS.ReadableStream, { path: "/" });
	await container.commit({ repo: name, tag: "1", changes: [`ENV WHO=${name}`] });
	await container.remove({ force: true });
}

test.each(engines)("an engine $title gets back what it wrote", async ({ title, image, isContainerd }) => {
	const engine = await startEngine(image, isContainerd);
	try {
		await importTestImage(engine, "base:1", 1024 * 1024);
		await derive(engine, "base:1", "one");
		await derive(engine, "base:1", "two");
		const references = ["base:1", "one:1", "two:1"];
		const facts = new Map<string, ImageFacts>();
		for (const reference of references) {
			const found = await inspectImage(engine, reference);
			if (found !== null) facts.set(reference, found);
		}
		expect(facts.size).toBe(3);
		const file = join(work, `${title}.bundle`);
		const save = () => saveImages(engine.api, references, signal);
		await writeTestBundle(file, [], { images: facts, save });
		for (const reference of ["one:1", "two:1", "base:1"]) await engine.api.getImage(reference).remove({ force: true });

		const reader = await BundleReader.open(file);
		const verified = await VerifiedEntries.open(join(work, "verified"), reader);
		try {
			expect(reader.manifest.layers).toHaveLength(3);
			const bundle = await verifyBundle(reader, verified, () => undefined, signal);
			for (const bundled of reader.manifest.images) {
				const stacks = await presentStacks(engine, signal);
				expect(stacks === null).toBe(isContainerd);
				const layers = missingLayers(bundled.layers, stacks);
				await loadImage(engine, bundle, bundled, layers, () => undefined, signal);
				const arrived = await inspectImage(engine, bundled.reference);
				const wanted = facts.get(bundled.reference);
				expect(arrived?.layers).toEqual(wanted?.layers);
				const config = bundle.configs.get(bundled.id) ?? Buffer.alloc(0);
				expect(arrived !== null && isBundled(arrived, bundled, config)).toBe(true);
				// A containerd store names an image after a manifest, which is another one when its layers are packed otherwise.
				if (!isContainerd) expect(arrived?.id).toBe(wanted?.id);
			}
		} finally {
			await verified.close();
			await reader.close();
		}
	} finally {
		engine.close();
	}
});
