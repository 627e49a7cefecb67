import type { VmTemplate } from "../../contract/hypervisor.ts";
import type { OsFamily } from "../../contract/library.ts";
import { type CreateVmRequest, createVmRequest } from "../../contract/vm-requests.ts";
import { formatBytes } from "../format/bytes.ts";
import { parseSize } from "../format/lists.ts";
import { type NicPlace, nicInputOf } from "./nic-place.ts";

export type VmSource = "iso" | "image" | "snapshot" | "empty";
export type VmNetwork = "auto" | Exclude<NicPlace, "bridge">;

/** What a person has filled in so far, as it is typed. An empty size is the template's own. */
export interface VmDraft {
	readonly type: OsFamily;
	readonly template: string;
	readonly name: string;
	readonly source: VmSource;
	readonly iso: string;
	readonly image: string;
	readonly snapshot: string;
	readonly driversIso: string;
	readonly bootloaderImage: string;
	/** Apple's installer as a disk image, and the key that macOS asks its hardware for. */
	readonly installerImage: string;
	readonly appleSmcKey: string;
	readonly cpus: string;
	readonly memory: string;
	readonly disk: string;
	readonly network: VmNetwork;
	/** PCI addresses, for a template that takes devices of the host. */
	readonly hostDevices: readonly string[];
	/** cloud-init, or the answer file of Windows' installer: what the template can. */
	readonly setsUp: boolean;
	readonly hostname: string;
	readonly user: string;
	readonly password: string;
	/** Microsoft's terms, which an installation without questions accepts in the person's name. */
	readonly acceptLicence: boolean;
	readonly autostart: boolean;
	readonly start: boolean;
}

export const emptyDraft: VmDraft = {
	type: "linux",
	template: "",
	name: "",
	source: "iso",
	iso: "",
	image: "",
	snapshot: "",
	driversIso: "",
	bootloaderImage: "",
	installerImage: "",
	appleSmcKey: "",
	cpus: "",
	memory: "",
	disk: "",
	network: "auto",
	hostDevices: [],
	setsUp: false,
	hostname: "",
	user: "",
	password: "",
	acceptLicence: false,
	autostart: false,
	start: true,
};

/** The first template of a type that this host can run; else the first of it. */
export function firstTemplate(templates: readonly VmTemplate[], type: OsFamily): VmTemplate | null {
	const own = templates.filter((one) => one.type === type);
	return own.find(({ available }) => available) ?? own[0] ?? null;
}

/** What is wrong, by the field of the draft that it stands at. */
export type DraftIssues = Partial<Record<keyof VmDraft, string>>;

const fieldOf: Record<string, keyof VmDraft> = {
	cpus: "cpus",
	memoryBytes: "memory",
	diskBytes: "disk",
	iso: "iso",
	image: "image",
	snapshot: "snapshot",
	driversIso: "driversIso",
	bootloaderImage: "bootloaderImage",
	installerImage: "installerImage",
	appleSmcKey: "appleSmcKey",
	nics: "network",
	hostDevices: "hostDevices",
	"cloudInit.hostname": "hostname",
	"cloudInit.user": "user",
	"cloudInit.password": "password",
	"unattended.hostname": "hostname",
	"unattended.user": "user",
	"unattended.password": "password",
	"unattended.acceptLicence": "acceptLicence",
};

/** Pure: the request that a draft asks for, or what is still wrong with it; `missing` is said of what is not filled in. */
export function requestOfDraft(
	draft: VmDraft,
	template: VmTemplate | null,
	missing: { name: string; source: string; devices: string },
): { request: CreateVmRequest; issues: null } | { request: null; issues: DraftIssues } {
	const parsed = createVmRequest.safeParse({
		name: draft.name,
		type: draft.type,
		...(template === null ? {} : { template: template.name }),
		...sizes(draft),
		...source(draft),
		...(draft.network === "auto" ? {} : { nics: [nicInputOf(draft.network)] }),
		...(template?.passthrough === true ? { hostDevices: draft.hostDevices } : {}),
		...firstStart(draft, template),
		autostart: draft.autostart,
		start: draft.start,
	});
	const isSourceMissing = draft.source !== "empty" && draft[draft.source] === "";
	const isDeviceMissing = template?.passthrough === true && draft.hostDevices.length === 0;
	if (parsed.success && !isSourceMissing && !isDeviceMissing) return { request: parsed.data, issues: null };
	const issues: DraftIssues = {
		...(isSourceMissing ? { [draft.source]: missing.source } : {}),
		...(draft.name === "" ? { name: missing.name } : {}),
		...(isDeviceMissing ? { hostDevices: missing.devices } : {}),
	};
	for (const { path, message } of parsed.error?.issues ?? []) {
		const field = fieldOf[path.join(".")] ?? fieldOf[String(path[0])] ?? "name";
		issues[field] ??= message;
	}
	return { request: null, issues };
}

function sizes({ cpus, memory, disk }: VmDraft): object {
	return {
		...(cpus.trim() === "" ? {} : { cpus: Number(cpus) }),
		...(memory.trim() === "" ? {} : { memoryBytes: parseSize(memory) }),
		...(disk.trim() === "" ? {} : { diskBytes: parseSize(disk) }),
	};
}

function source(draft: VmDraft): object {
	const { driversIso, bootloaderImage, installerImage, appleSmcKey } = draft;
	const isMac = draft.type === "macos";
	return {
		...(draft.source === "empty" || draft[draft.source] === "" ? {} : { [draft.source]: draft[draft.source] }),
		...(draft.type === "windows" && driversIso !== "" ? { driversIso } : {}),
		...(isMac && bootloaderImage !== "" ? { bootloaderImage } : {}),
		...(isMac && installerImage !== "" ? { installerImage } : {}),
		...(isMac && appleSmcKey !== "" ? { appleSmcKey } : {}),
	};
}

function firstStart({ setsUp, hostname, user, password, acceptLicence }: VmDraft, template: VmTemplate | null): object {
	if (!setsUp || template === null) return {};
	const name = hostname === "" ? {} : { hostname };
	if (template.unattended) return { unattended: { ...name, user, password, acceptLicence } };
	if (!template.cloudInit) return {};
	return {
		cloudInit: { ...name, ...(user === "" ? {} : { user }), ...(password === "" ? {} : { password }) },
	};
}

/** What stands in the empty boxes: the template's own sizes. */
export function defaultSizes(template: VmTemplate | null): { cpus: string; memory: string; disk: string } {
	if (template === null) return { cpus: "", memory: "", disk: "" };
	const { cpus, memoryBytes, diskBytes } = template.defaults;
	return { cpus: String(cpus), memory: formatBytes(memoryBytes), disk: formatBytes(diskBytes) };
}
