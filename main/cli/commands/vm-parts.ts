import { resolve } from "node:path";
import { HomerangeError } from "../../../contract/errors.ts";
import type { ChangeVmRequest } from "../../../contract/vm-requests.ts";
import { withEngine } from "../connect.ts";
import type { Format } from "../terminal/print.ts";
import { nicOf } from "./vm-create.ts";
import { carryOut } from "./vm-operate.ts";

interface Printed {
	format: Format;
}

type Changes = Omit<ChangeVmRequest, "vm">;

export async function addDisk(name: string, options: Printed & { size?: number; image?: string }): Promise<void> {
	const { size, image, format } = options;
	if (size === undefined && image === undefined) {
		throw new HomerangeError("USAGE", "A new disk needs a size or an image.", { remedy: "Give --size or --image." });
	}
	const disk = { ...(size === undefined ? {} : { sizeBytes: size }), ...(image === undefined ? {} : { image }) };
	await change(name, { addDisks: [disk] }, format);
}

export async function resizeDisk(name: string, target: string, sizeBytes: number, format: Format): Promise<void> {
	await change(name, { resizeDisks: [{ target, sizeBytes }] }, format);
}

export async function removeDisk(
	name: string,
	target: string,
	{ deleteFile = false, format }: Printed & { deleteFile?: boolean },
): Promise<void> {
	await change(name, { removeDisks: [{ target, deleteFile }] }, format);
}

export async function addNic(
	name: string,
	network: string,
	{ mac, format }: Printed & { mac?: string },
): Promise<void> {
	await change(name, { addNics: [nicOf(network, mac)] }, format);
}

export async function moveNic(name: string, mac: string, network: string, format: Format): Promise<void> {
	await change(name, { moveNics: [{ mac, to: nicOf(network) }] }, format);
}

export async function removeNic(name: string, mac: string, format: Format): Promise<void> {
	await change(name, { removeNics: [mac] }, format);
}

export async function insertIso(name: string, file: string, options: Printed & { target?: string }): Promise<void> {
	const { target, format } = options;
	const request = { path: resolve(file), ...(target === undefined ? {} : { target }) };
	await withEngine((client) => carryOut(client, name, format, (vm) => client.api.vms.insertIso({ vm, ...request })));
}

export async function ejectIso(name: string, { target, format }: Printed & { target?: string }): Promise<void> {
	const request = target === undefined ? {} : { target };
	await withEngine((client) => carryOut(client, name, format, (vm) => client.api.vms.ejectIso({ vm, ...request })));
}

async function change(name: string, changes: Changes, format: Format): Promise<void> {
	await withEngine((client) => carryOut(client, name, format, (vm) => client.api.vms.change({ vm, ...changes })));
}
