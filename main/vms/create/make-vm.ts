import { HomerangeError } from "../../../contract/errors.ts";
import { DefineDomain, type Domain, ErrorCode, type LibvirtConnection, LibvirtError } from "../../libvirt/rpc/index.ts";
import type { TaskRun } from "../../tasks/tasks.ts";
import type { VmsDeps } from "../deps.ts";
import { removeVm } from "../operations/remove-vm.ts";
import type { VmPlan } from "./plan-vm.ts";

/**
 * Makes what was planned. The VM is defined before its disks are made: whatever ends this half-way, what is left is
 * seen and can be deleted. A failure, and a cancel, undo all of it.
 */
export async function makeVm(
	deps: VmsDeps,
	connection: LibvirtConnection,
	plan: VmPlan,
	task: TaskRun,
): Promise<Domain> {
	const bases = plan.disks.filter(({ base }) => base !== null);
	task.plan([
		...bases.map(({ volume, base }) => ({ id: `base ${volume}`, title: `Bring ${base?.title} to libvirt` })),
		{ id: "define", title: "Define the VM" },
		{ id: "disks", title: "Make its disks" },
		...plan.media
			.filter(({ copyAs }) => copyAs !== null)
			.map(({ file }) => ({ id: `copy ${file}`, title: `Copy ${file}` })),
	]);
	await bringBases(deps, plan, task);
	task.start("define");
	const domain = await define(connection, plan);
	try {
		if (plan.description !== null) await connection.domains.setMetadata(domain, "description", plan.description);
		task.done("define");
		await makeDisks(deps, plan, task);
		await copyMedia(deps, plan, task);
		if (plan.autostart) await connection.domains.setAutostart(domain, true);
		task.signal.throwIfAborted();
		return domain;
	} catch (error) {
		await removeVm(deps, connection, domain, { deleteDisks: true });
		throw error;
	}
}

async function bringBases({ host }: VmsDeps, { disks }: VmPlan, task: TaskRun): Promise<void> {
	const storage = await host.storage();
	for (const { volume, base } of disks) {
		if (base === null) continue;
		const step = `base ${volume}`;
		task.start(step);
		await storage.ensureBase(base, {
			signal: task.signal,
			onProgress: (done) => task.progress(step, { unit: "bytes", done, total: base.sizeBytes }),
		});
		task.done(step);
	}
}

async function define({ domains }: LibvirtConnection, { xml, name }: VmPlan): Promise<Domain> {
	try {
		return await domains.defineXml(xml, DefineDomain.validate);
	} catch (error) {
		const isTaken =
			error instanceof LibvirtError && (error.code === ErrorCode.domainExists || /already exists/.test(error.message));
		if (isTaken) throw nameTaken(name, error);
		throw error;
	}
}

async function makeDisks({ host }: VmsDeps, { disks, seed }: VmPlan, task: TaskRun): Promise<void> {
	const storage = await host.storage();
	task.start("disks");
	for (const { volume, sizeBytes, base } of disks) {
		task.signal.throwIfAborted();
		if (base === null) await storage.makeDisk(volume, sizeBytes);
		// It is here already; the base could have gone in between only with its image, which the library keeps.
		else await storage.makeOverlay(await storage.ensureBase(base, { signal: task.signal }), volume, sizeBytes);
	}
	if (seed !== null) await storage.putSeed(seed.volume, seed.bytes, task.signal);
	task.done("disks");
}

async function copyMedia({ host }: VmsDeps, { media }: VmPlan, task: TaskRun): Promise<void> {
	const storage = await host.storage();
	for (const { file, sizeBytes, copyAs } of media) {
		if (copyAs === null) continue;
		const step = `copy ${file}`;
		task.start(step);
		await storage.putFile(copyAs, file, sizeBytes, {
			signal: task.signal,
			onProgress: (done) => task.progress(step, { unit: "bytes", done, total: sizeBytes }),
		});
		task.done(step);
	}
}

export function nameTaken(name: string, cause?: unknown): HomerangeError {
	return new HomerangeError("NAME_TAKEN", `There is a VM ${name} already.`, {
		place: name,
		remedy: "Choose another name.",
		cause,
	});
}
