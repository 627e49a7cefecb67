import type { Readable } from "node:stream";
import { text } from "node:stream/consumers";
import { extract, type Pack, pack } from "tar-stream";
import type { DockerEngine } from "../../docker/engine.ts";
import { smallImage, uniqueName } from "../../testing/engine.ts";

/**
 * Makes an image on the host out of the small one, with whatever `add` puts beside it and with labels. Gives the
 * engine's refusal, or null when it took the image.
 */
export async function importHostileImage(
	host: DockerEngine,
	name: string,
	o: { labels?: Record<string, string>; add: (archive: Pack) => void },
): Promise<string | null> {
	const source = await host.api.createContainer({ name: uniqueName("export"), Image: smallImage });
	try {
		const archive = pack();
		const sent = passOn(await source.export(), archive, o.add);
		// An engine that refuses stops reading: then the archive is not sent to its end.
		sent.catch(() => undefined);
		const [repo = name, tag = "latest"] = name.split(":");
		const answer = await host.api.importImage(archive as unknown as Readable, { repo, tag });
		const said = await text(answer as unknown as Readable);
		const refusal = /"error":"([^"]*)"/.exec(said)?.[1];
		if (refusal !== undefined) return refusal;
		await sent;
		if (o.labels !== undefined) await label(host, { repo, tag }, o.labels);
		return null;
	} catch (error) {
		return error instanceof Error ? error.message : String(error);
	} finally {
		await source.remove({ force: true });
	}
}

/** A container's labels become those of the image that is made of it. */
async function label(host: DockerEngine, image: { repo: string; tag: string }, labels: Record<string, string>) {
	const { repo, tag } = image;
	const options = { name: uniqueName("label"), Image: `${repo}:${tag}`, Cmd: ["true"], Labels: labels };
	const container = await host.api.createContainer(options);
	try {
		await container.commit(image);
	} finally {
		await container.remove({ force: true });
	}
}

/** Copies every entry of one archive into another, then lets `add` write more. */
async function passOn(from: NodeJS.ReadableStream, to: Pack, add: (archive: Pack) => void): Promise<void> {
	const entries = extract();
	(from as Readable).pipe(entries);
	for await (const entry of entries) {
		const { promise, resolve, reject } = Promise.withResolvers<void>();
		const copy = to.entry(entry.header, (error) => (error ? reject(error) : resolve()));
		entry.pipe(copy);
		await promise;
	}
	add(to);
	to.finalize();
}
