import { HomerangeError } from "../../../contract/errors.ts";
import type { EngineClient } from "../../rpc/client.ts";
import { withEngine } from "../connect.ts";
import { followTasks, throwIfFailed } from "../follow-tasks.ts";
import { confirm } from "../terminal/ask.ts";
import { vmText } from "../terminal/describe-vm.ts";
import { type Format, print, printJson, say } from "../terminal/print.ts";
import { plain } from "../terminal/text.ts";

interface Printed {
	format: Format;
}
export interface StartOptions extends Printed {
	paused?: boolean;
}
export interface StopOptions extends Printed {
	force?: boolean;
	grace?: number;
}
export interface DeleteOptions extends Printed {
	deleteDisk?: boolean;
	yes?: boolean;
}
export interface SetOptions extends Printed {
	memory?: number;
	cpus?: number;
	title?: string;
	description?: string;
}

type Operation = "pause" | "resume" | "reboot" | "reset" | "destroy" | "adopt" | "release";

export async function startVm(name: string, { paused = false, format }: StartOptions): Promise<void> {
	await withEngine((client) => carryOut(client, name, format, (vm) => client.api.vms.start({ vm, paused })));
}

export async function stopVm(name: string, { force = false, grace, format }: StopOptions): Promise<void> {
	const limit = grace === undefined ? {} : { graceSeconds: grace };
	await withEngine((client) => carryOut(client, name, format, (vm) => client.api.vms.stop({ vm, force, ...limit })));
}

export async function operateVm(operation: Operation, name: string, format: Format): Promise<void> {
	await withEngine(async (client) => {
		if (operation === "adopt" || operation === "release") {
			const { uuid } = await client.api.vms[operation]({ vm: name });
			return await printVm(client, uuid, format);
		}
		await carryOut(client, name, format, (vm) => client.api.vms[operation]({ vm }));
	});
}

/** JSON: `{"name", "uuid", "deleted": true}`. */
export async function deleteVm(name: string, options: DeleteOptions): Promise<void> {
	const { deleteDisk: deleteDisks = false, yes, format } = options;
	await withEngine(async (client) => {
		const { uuid, name: known } = await client.api.vms.get({ vm: name });
		if (!yes) await confirm(`Delete the VM ${plain(known)}${deleteDisks ? " and its disks" : ""}?`);
		const { taskId } = await client.api.vms.delete({ vm: uuid, deleteDisks });
		const tasks = await followTasks(client, [taskId]);
		throwIfFailed(tasks);
		for (const note of notes(tasks)) say(plain(note));
		if (format === "json") await printJson({ name: known, uuid, deleted: true });
		else await print(`Deleted ${plain(known)}.`);
	});
}

export async function setAutostart(name: string, value: string, format: Format): Promise<void> {
	if (value !== "on" && value !== "off") {
		throw new HomerangeError("USAGE", `Autostart is on or off, not "${value}".`);
	}
	await withEngine(async (client) => {
		const { uuid } = await client.api.vms.setAutostart({ vm: name, autostart: value === "on" });
		await printVm(client, uuid, format);
	});
}

export async function renameVm(name: string, newName: string, format: Format): Promise<void> {
	await withEngine(async (client) => {
		const { uuid } = await client.api.vms.rename({ vm: name, name: newName });
		await printVm(client, uuid, format);
	});
}

export async function setVm(name: string, { memory, cpus, title, description, format }: SetOptions): Promise<void> {
	const changes = {
		...(memory === undefined ? {} : { memoryBytes: memory }),
		...(cpus === undefined ? {} : { cpus }),
		...(title === undefined ? {} : { title }),
		...(description === undefined ? {} : { description }),
	};
	if (Object.keys(changes).length === 0) {
		throw new HomerangeError("USAGE", "There is nothing to change.", {
			remedy: "Give --memory, --cpus, --title or --description.",
		});
	}
	await withEngine((client) => carryOut(client, name, format, (vm) => client.api.vms.change({ vm, ...changes })));
}

/** Runs one operation on a VM to its end and shows the VM. */
export async function carryOut(
	client: EngineClient,
	name: string,
	format: Format,
	begin: (uuid: string) => Promise<{ taskId: string }>,
): Promise<void> {
	const { uuid } = await client.api.vms.get({ vm: name });
	const { taskId } = await begin(uuid);
	const tasks = await followTasks(client, [taskId]);
	throwIfFailed(tasks);
	for (const note of notes(tasks)) say(plain(note));
	await printVm(client, uuid, format);
}

/** What steps had to say: that a guest ignored the request, or that a change waits for the next start. */
function notes(tasks: Awaited<ReturnType<typeof followTasks>>): string[] {
	return tasks.flatMap(({ steps }) => steps.flatMap(({ note }) => (note === null ? [] : [note])));
}

export async function printVm(client: EngineClient, uuid: string, format: Format): Promise<void> {
	const detail = await client.api.vms.get({ vm: uuid });
	if (format === "json") await printJson(detail);
	else await print(vmText(detail));
}
