import { readFileSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { resolve } from "node:path";
import { HomerangeError } from "../../../contract/errors.ts";
import { type CreateVmRequest, createVmRequest, type VmNicInput, vmNicInput } from "../../../contract/vm-requests.ts";
import { withEngine } from "../connect.ts";
import { followTasks, throwIfFailed } from "../follow-tasks.ts";
import type { Format } from "../terminal/print.ts";
import { printVm } from "./vm-operate.ts";

export interface CreateOptions {
	type: CreateVmRequest["type"];
	template?: string;
	memory?: number;
	cpus?: number;
	disk?: number;
	iso?: string;
	image?: string;
	snapshot?: string;
	network?: string[];
	firmware?: CreateVmRequest["firmware"];
	user?: string;
	passwordFile?: string;
	sshKey?: string[];
	userData?: string;
	hostname?: string;
	driversIso?: string;
	productKey?: string;
	acceptLicence?: boolean;
	bootloader?: string;
	installer?: string;
	appleSmcKeyFile?: string;
	hostDevice?: string[];
	autostart?: boolean;
	start?: boolean;
	format: Format;
}

export interface CloneOptions {
	linked?: boolean;
	start?: boolean;
	format: Format;
}

export async function createVm(name: string, options: CreateOptions): Promise<void> {
	const request = await requestOf(name, options);
	await withEngine(async (client) => {
		const { taskId, uuid } = await client.api.vms.create(request);
		throwIfFailed(await followTasks(client, [taskId]));
		await printVm(client, uuid, options.format);
	});
}

export async function cloneVm(source: string, name: string, options: CloneOptions): Promise<void> {
	const { linked = false, start = false, format } = options;
	await withEngine(async (client) => {
		const { taskId, uuid } = await client.api.vms.clone({ vm: source, name, linked, start });
		throwIfFailed(await followTasks(client, [taskId]));
		await printVm(client, uuid, format);
	});
}

async function requestOf(name: string, options: CreateOptions): Promise<CreateVmRequest> {
	const { type, template, memory, cpus, disk, iso, image, snapshot, firmware, driversIso, bootloader } = options;
	const request = withoutUndefined({
		name,
		type,
		template,
		memoryBytes: memory,
		cpus,
		diskBytes: disk,
		iso: iso === undefined ? undefined : resolve(iso),
		image,
		snapshot,
		nics: options.network?.map((network) => nicOf(network)),
		firmware,
		driversIso: driversIso === undefined ? undefined : resolve(driversIso),
		bootloaderImage: bootloader,
		installerImage: options.installer,
		appleSmcKey: options.appleSmcKeyFile === undefined ? undefined : firstLine(options.appleSmcKeyFile),
		hostDevices: options.hostDevice,
		autostart: options.autostart ?? false,
		start: options.start ?? false,
		...(await guestOf(options)),
	});
	const parsed = createVmRequest.safeParse(request);
	if (parsed.success) return parsed.data;
	const issues = parsed.error.issues.map(({ path, message }) =>
		path.length === 0 ? message : `${path.join(".")}: ${message}`,
	);
	throw new HomerangeError("INPUT_INVALID", `The VM cannot be made like this: ${issues.join("; ")}.`);
}

/** What is set up inside the guest: by cloud-init, or by the answer file of Windows' installer. */
async function guestOf(options: CreateOptions) {
	const { type, user, hostname, passwordFile, sshKey, userData, productKey, acceptLicence } = options;
	const password = passwordFile === undefined ? undefined : firstLine(passwordFile);
	if (type === "windows") {
		if (user === undefined && password === undefined && productKey === undefined) return {};
		return { unattended: withoutUndefined({ user, password, hostname, productKey, acceptLicence }) };
	}
	const sshKeys = sshKey === undefined ? undefined : await Promise.all(sshKey.map(keyOf));
	const text = userData === undefined ? undefined : await readText(userData);
	const cloudInit = withoutUndefined({ hostname, user, password, sshKeys, userData: text });
	return Object.keys(cloudInit).length === 0 ? {} : { cloudInit };
}

/** "user", "network:default", "bridge:br0". */
export function nicOf(text: string, mac?: string): VmNicInput {
	const colon = text.indexOf(":");
	const kind = colon < 0 ? text : text.slice(0, colon);
	const source = colon < 0 ? undefined : text.slice(colon + 1);
	const parsed = vmNicInput.safeParse(withoutUndefined({ kind, source, mac }));
	if (parsed.success) return parsed.data;
	throw new HomerangeError("USAGE", `"${text}" names no place for a network card.`, {
		remedy: "Give user, network:NAME or bridge:NAME.",
		detail: parsed.error.issues.map(({ message }) => message).join("; "),
	});
}

function firstLine(file: string): string {
	try {
		return (readFileSync(file === "-" ? 0 : resolve(file), "utf8").split("\n")[0] ?? "").replace(/\r$/, "");
	} catch (error) {
		throw unreadable(file, error);
	}
}

async function keyOf(file: string): Promise<string> {
	return (await readText(file)).trim();
}

async function readText(file: string): Promise<string> {
	try {
		return await readFile(resolve(file), "utf8");
	} catch (error) {
		throw unreadable(file, error);
	}
}

function unreadable(file: string, cause: unknown): HomerangeError {
	const why = cause instanceof Error ? cause.message : String(cause);
	return new HomerangeError("INPUT_INVALID", `The file cannot be read: ${why}.`, { place: file, cause });
}

function withoutUndefined<T extends object>(value: T): T {
	return Object.fromEntries(Object.entries(value).filter(([, each]) => each !== undefined)) as T;
}
