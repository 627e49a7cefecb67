import { randomBytes } from "node:crypto";
import type { Readable } from "node:stream";
import { text } from "node:stream/consumers";
import { pack } from "tar-stream";
import type { DockerEngine } from "../docker/engine.ts";

/** Makes an image of one file of random bytes on the host: large enough to be caught half-way, and nobody else's. */
export async function importTestImage(host: DockerEngine, name: string, bytes: number): Promise<void> {
	const [repo = name, tag = "latest"] = name.split(":");
	const archive = pack();
	archive.entry({ name: "random" }, randomBytes(bytes));
	archive.finalize();
	const answer: NodeJS.ReadableStream = await host.api.importImage(archive as unknown as Readable, { repo, tag });
	const said = await text(answer as Readable);
	if (said.includes('"error"')) throw new Error(`The test's image was not made: ${said}`);
}
