import { createReadStream } from "node:fs";
import { type Pack, pack } from "tar-stream";
import { HomerangeError } from "../../contract/errors.ts";
import { formatBytes } from "../../contract/format-bytes.ts";
import { label } from "../dind/names.ts";
import { isNotFound } from "../docker/api-errors.ts";
import { commitContainer } from "../docker/commit.ts";
import type { DockerEngine } from "../docker/engine.ts";
import { inspectImage } from "../docker/image-inspect.ts";
import type { TaskRun } from "../tasks/tasks.ts";
import type { Disk } from "./disks/disk-pool.ts";
import type { ListParts } from "./image-list.ts";

/** QEMU in a container; its recipe is resources/images/qemu. */
const baseImage = "homerange/qemu:1";
const diskLabel = "io.homerange.disk";
const baseLabel = "io.homerange.base";

/**
 * Makes a container image of a disk: our QEMU image with the disk in a layer on top, so a machine from it is a VM in a
 * container. An image of the same disk on the same base is used again. Gives its reference.
 *
 * Errors: `IMAGE_UNAVAILABLE` when the disk has changed or the base image is not on the Docker Engine.
 */
export async function containerImageOf(parts: ListParts, disk: Disk, task: TaskRun): Promise<string> {
	const { signal } = task;
	const reference = referenceOf(disk);
	task.plan([
		{ id: "check", title: `Check the disk ${disk.name}` },
		{ id: "copy", title: `Put it into ${reference}` },
	]);
	const host = await parts.deps.host.ready(signal);
	const base = await inspectImage(host, baseImage, signal);
	if (base === null) throw noBase();
	task.start("check");
	const onBytes = (done: number) => task.progress("check", { unit: "bytes", done, total: disk.sizeBytes });
	await parts.pool.verify(disk.name, { signal, onBytes });
	task.done("check");
	task.start("copy");
	const labels = { [diskLabel]: disk.sha256, [baseLabel]: base.id };
	const present = await inspectImage(host, reference, signal);
	if (present !== null && Object.entries(labels).every(([key, value]) => present.labels[key] === value)) {
		task.skip("copy", "it is there already");
		return reference;
	}
	const container = await host.api.createContainer({
		Image: base.id,
		Labels: { [label.role]: "helper" },
		NetworkDisabled: true,
	});
	try {
		await putDisk(host, container.id, parts.pool.path(disk), disk, task);
		const [repo = "", tag = ""] = reference.split(":");
		const id = await commitContainer(host, container.id, { repo, tag, labels });
		const facts = await inspectImage(host, reference, signal);
		parts.records.note({ reference, id, sizeBytes: facts?.sizeBytes ?? disk.sizeBytes });
	} finally {
		// Without the task's signal: a cancelled task cleans up, too.
		await container.remove({ force: true, v: true }).catch((error: unknown) => {
			if (!isNotFound(error)) throw error;
		});
	}
	task.done("copy", formatBytes(disk.sizeBytes));
	return reference;
}

/** Names of disks are freer than names of images; the digest keeps two disks apart whose names become the same. */
function referenceOf({ name, sha256 }: Disk): string {
	const plain = name.replaceAll(/[^a-z0-9]+/g, "-").replace(/^-|-$/g, "");
	return `homerange/disk-${plain || "image"}:${sha256.slice(0, 12)}`;
}

/** The disk as one file in a tar stream that is made while it is sent. */
async function putDisk(host: DockerEngine, container: string, file: string, disk: Disk, task: TaskRun): Promise<void> {
	const archive: Pack = pack();
	const name = `disk/base.${disk.format}`;
	const entry = archive.entry({ name, size: disk.sizeBytes, mode: 0o444, mtime: new Date(disk.createdAt) });
	const source = createReadStream(file, { highWaterMark: 1024 * 1024, signal: task.signal });
	let done = 0;
	source.on("data", (chunk) => {
		done += chunk.length;
		task.progress("copy", { unit: "bytes", done, total: disk.sizeBytes });
	});
	source.once("error", (error) => archive.destroy(error));
	source.pipe(entry).once("finish", () => archive.finalize());
	try {
		const options = { path: "/", abortSignal: task.signal };
		await host.api.getContainer(container).putArchive(archive as unknown as NodeJS.ReadableStream, options);
	} finally {
		source.destroy();
	}
}

function noBase(): HomerangeError {
	return new HomerangeError(
		"IMAGE_UNAVAILABLE",
		`The image ${baseImage}, which runs VMs in containers, is not there.`,
		{
			place: baseImage,
			remedy: "Build it from resources/images/qemu under that name, or run npm run setup.",
		},
	);
}
