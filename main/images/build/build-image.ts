import { Readable } from "node:stream";
import { HomerangeError } from "../../../contract/errors.ts";
import { formatBytes } from "../../../contract/format-bytes.ts";
import type { BuildImageRequest } from "../../../contract/images.ts";
import { buildFrom } from "../../docker/asking.ts";
import { imageReference, inspectImage } from "../../docker/image-inspect.ts";
import { readImageLines } from "../../docker/image-lines.ts";
import type { TaskRun } from "../../tasks/tasks.ts";
import type { ListParts } from "../image-list.ts";
import { packContext, readContext } from "./build-context.ts";
import type { BuildLog } from "./build-log.ts";

/** Builds a recipe's folder on the host's engine. Gives the image's reference. */
export async function buildImage(
	{ deps, records }: ListParts,
	{ folder, tag, dockerfile, network }: BuildImageRequest,
	log: BuildLog,
	task: TaskRun,
): Promise<string> {
	const reference = imageReference(tag);
	task.plan([
		{ id: "send", title: `Send ${folder} to Docker` },
		{ id: "build", title: `Build ${reference}` },
	]);
	try {
		const host = await deps.host.ready(task.signal);
		task.start("send");
		const context = await readContext(folder, dockerfile);
		const archive = packContext(context, (done) =>
			task.progress("send", { unit: "bytes", done, total: context.sizeBytes }),
		);
		const stop = new AbortController();
		const signal = AbortSignal.any([task.signal, stop.signal]);
		const stream = Readable.from(archive, { objectMode: false });
		try {
			const options = {
				t: reference,
				dockerfile,
				rm: true,
				forcerm: true,
				networkmode: network,
				// The classic builder: every engine has it, and it needs no second connection.
				version: "1",
			};
			const answer = await buildFrom(host.api, stream, options, signal);
			task.done("send", `${context.entries.length} files, ${formatBytes(context.sizeBytes)}`);
			task.start("build");
			await readOutput(answer, reference, log, task);
		} finally {
			// Ends the build, too: the builder stops when its client goes.
			stop.abort();
			stream.destroy();
		}
		const facts = await inspectImage(host, reference, task.signal);
		if (facts === null) {
			throw new HomerangeError("INTERNAL", `Docker says that it built ${reference}, and does not have it.`, {
				place: reference,
			});
		}
		records.note({ reference, id: facts.id, sizeBytes: facts.sizeBytes });
		task.done("build", formatBytes(facts.sizeBytes));
		return reference;
	} finally {
		log.end();
	}
}

async function readOutput(answer: Readable, reference: string, log: BuildLog, task: TaskRun): Promise<void> {
	const failure = {
		code: "INPUT_INVALID" as const,
		message: `The recipe of ${reference} does not build`,
		remedy: "The last lines of its output say why.",
		place: reference,
	};
	let step: { done: number; total: number } | null = null;
	await readImageLines(answer, failure, ({ stream, status, id }) => {
		const text = stream ?? (status === undefined ? "" : `${id === undefined ? "" : `${id}: `}${status}\n`);
		const [, done, total] = /^Step (\d{1,5})\/(\d{1,5}) :/.exec(text) ?? [];
		if (done !== undefined && total !== undefined) step = { done: Number(done) - 1, total: Number(total) };
		const line = log.write(text);
		if (line !== null) task.progress("build", step === null ? null : { unit: "count", ...step }, line);
	});
}
