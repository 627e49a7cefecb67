import { randomBytes } from "node:crypto";
import type { Readable } from "node:stream";
import { text } from "node:stream/consumers";
import { pack } from "tar-stream";
import type { DockerEngine } from "../docker/engine.ts";

/** What an engine takes of one header of an archive at most. */
const headerBytes = 700 * 1024;

/**
 * Makes an image of one file of random bytes on the host: large enough to be caught half-way, and nobody else's. What
 * engines write down about its layer, beside its files, is larger than `headers`, in bytes.
 */
export async function importTestImage(host: DockerEngine, name: string, bytes: number, headers = 0): Promise<void> {
	const [repo = name, tag = "latest"] = name.split(":");
	const archive = pack();
	for (let left = headers; left > 0; left -= headerBytes) {
		const comment = randomBytes(headerBytes).toString("base64");
		archive.entry({ name: `empty-${left}`, pax: { comment } }, "");
	}
	archive.entry({ name: "random" }, randomBytes(bytes));
	archive.finalize();
	const answer: NodeJS.ReadableStream = await host.api.importImage(archive as unknown as Readable, { repo, tag });
	const said = await text(answer as Readable);
	if (said.includes('"error"')) throw new Error(`The test's image was not made: ${said}`);
}
