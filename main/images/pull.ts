import { HomerangeError } from "../../contract/errors.ts";
import { formatBytes } from "../../contract/format-bytes.ts";
import type { PullImageRequest } from "../../contract/images.ts";
import { imageReference, inspectImage } from "../docker/image-inspect.ts";
import { pullImage } from "../docker/image-pull.ts";
import type { TaskRun } from "../tasks/tasks.ts";
import type { ListParts } from "./image-list.ts";

/** Pulls an image onto the host's engine, also when an older one of that name is there. Gives its reference. */
export async function pull({ deps, records }: ListParts, request: PullImageRequest, task: TaskRun): Promise<string> {
	const reference = imageReference(request.reference);
	const { signal } = task;
	task.plan([{ id: "pull", title: `Pull ${reference}` }]);
	task.start("pull");
	const host = await deps.host.ready(signal);
	const before = await inspectImage(host, reference, signal);
	await pullImage(host, reference, (done, total) => task.progress("pull", { unit: "bytes", done, total }), {
		signal,
		platform: request.platform,
	});
	const facts = await inspectImage(host, reference, signal);
	if (facts === null) {
		throw new HomerangeError("IMAGE_UNAVAILABLE", `Docker says that it pulled ${reference}, and does not have it.`, {
			place: reference,
			remedy: "Pull it again; if it happens again, look at the disk space of the Docker Engine.",
		});
	}
	records.note({ reference, id: facts.id, sizeBytes: facts.sizeBytes });
	task.done("pull", before?.id === facts.id ? "it was up to date" : formatBytes(facts.sizeBytes));
	return reference;
}
