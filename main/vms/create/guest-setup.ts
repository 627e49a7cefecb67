import type { CloudInitInput, CreateVmRequest } from "../../../contract/vm-requests.ts";
import { answerFileName, windowsAnswerFile } from "../../libvirt/domains/index.ts";
import { isoImage, noCloudSeed } from "../../libvirt/seed/index.ts";
import { sha512Crypt } from "./sha512-crypt.ts";

const fixedDate = new Date("2000-01-01T00:00:00Z");

/** A CD with what sets the guest up at its first start; null when it is not set up from here. */
export function guestSetup(request: CreateVmRequest, uuid: string): Uint8Array | null {
	const { cloudInit, unattended } = request;
	if (unattended !== undefined) return answerDisk(request, unattended);
	return cloudInit === undefined ? null : seed(cloudInit, uuid, hostNameOf(request.name));
}

function seed(input: CloudInitInput, uuid: string, fallbackName: string): Uint8Array {
	const { hostname = fallbackName, user, password, sshKeys = [], userData } = input;
	if (userData !== undefined) {
		const metaData = JSON.stringify({ "instance-id": uuid, "local-hostname": hostname });
		const files = Object.entries({ "meta-data": metaData, "user-data": userData });
		return isoImage({
			label: "cidata",
			date: fixedDate,
			files: files.map(([path, text]) => ({ path, bytes: Buffer.from(text, "utf8") })),
		});
	}
	const hasUser = user !== undefined || password !== undefined || sshKeys.length > 0;
	return noCloudSeed({
		instanceId: uuid,
		hostname,
		nics: [],
		user: hasUser
			? { name: user ?? "user", passwordHash: password === undefined ? null : sha512Crypt(password), sshKeys }
			: null,
		files: [],
		environment: {},
		commands: [],
		hosts: [],
	});
}

function answerDisk(request: CreateVmRequest, unattended: NonNullable<CreateVmRequest["unattended"]>): Uint8Array {
	const { language = "en-US", timezone, hostname, user, password, edition, productKey } = unattended;
	const text = windowsAnswerFile({
		language,
		computerName: hostname ?? hostNameOf(request.name).slice(0, 15).replace(/-+$/, ""),
		user,
		password,
		acceptsLicence: true,
		productKey: productKey ?? null,
		hasVirtioDrivers: request.driversIso !== undefined,
		...(timezone === undefined ? {} : { timeZone: timezone }),
		...(edition === undefined ? {} : { edition }),
	});
	const files = [{ path: answerFileName, bytes: Buffer.from(text, "utf8") }];
	return isoImage({ label: "ANSWERS", date: fixedDate, files });
}

/** What of a VM's name can be a host name. */
export function hostNameOf(name: string): string {
	const text = name.normalize("NFKD").replaceAll(/[^A-Za-z0-9]+/g, "-");
	const cut = text
		.slice(0, 63)
		.replaceAll(/^-+|-+$/g, "")
		.toLowerCase();
	return cut === "" || /^\d+$/.test(cut) ? `vm-${cut}`.replace(/-$/, "") : cut;
}
