import { type ChangeVmRequest, changeVmRequest } from "../../contract/vm-requests.ts";
import type { Vm, VmDisk } from "../../contract/vms.ts";
import { formatBytes } from "../format/bytes.ts";
import { parseSize } from "../format/lists.ts";
import { strings } from "../strings.ts";
import { type NicPlace, nicInputOf } from "./nic-place.ts";

const words = strings.vms.change;

/** Why the hardware of a virtual machine cannot be changed here; null when it can. */
export function changeProblem({ managed, owner }: Pick<Vm, "managed" | "owner">): string | null {
	if (!managed || owner === null) return words.foreign;
	return owner.kind === "range" ? words.ofRange(owner.machine, owner.range) : null;
}

/** No process of the hypervisor holds it: there is no guest that a change could reach. */
export const isOff = ({ state }: Pick<Vm, "state">): boolean => state === "stopped" || state === "crashed";

/** The request that a form asks for, or what is still wrong, by its fields. */
export type Asked<Field extends string> =
	| { request: ChangeVmRequest; issues: null }
	| { request: null; issues: Partial<Record<Field, string>> };

type Changes = Omit<ChangeVmRequest, "vm">;
/** The field at which an issue of the request stands, and what is said there. */
type Spot<Field extends string> = readonly [field: Field, message: string];

/** Pure: by the contract's own schema. `spotOf` finds the field by the last part of an issue's path. */
function ask<Field extends string>(vm: string, changes: Changes, spotOf: (last: string) => Spot<Field>): Asked<Field> {
	const parsed = changeVmRequest.safeParse({ vm, ...changes });
	if (parsed.success) return { request: parsed.data, issues: null };
	const issues: Partial<Record<Field, string>> = {};
	for (const { path } of parsed.error.issues) {
		const [field, message] = spotOf(String(path.at(-1)));
		issues[field] ??= message;
	}
	return { request: null, issues };
}

/** As typed; null for what nobody touched, which stays what it will be at the next start. */
export interface SizesDraft {
	readonly cpus: string | null;
	readonly memory: string | null;
}

export function askForSizes(vm: string, { cpus, memory }: SizesDraft): Asked<"cpus" | "memory"> {
	const changes = {
		...(cpus === null ? {} : { cpus: cpus.trim() === "" ? Number.NaN : Number(cpus) }),
		...(memory === null ? {} : { memoryBytes: parseSize(memory) ?? Number.NaN }),
	};
	return ask(vm, changes, (last) =>
		last === "cpus" ? ["cpus", words.sizes.cpusError] : ["memory", words.sizes.memoryError],
	);
}

export interface DiskDraft {
	readonly from: "empty" | "image";
	readonly image: string;
	readonly size: string;
}

export function askForDisk(vm: string, { from, image, size }: DiskDraft): Asked<"image" | "size"> {
	const sizeBytes = parseSize(size);
	if (from === "image" && image === "") return { request: null, issues: { image: words.addDisk.imageMissing } };
	if (from === "empty" && sizeBytes === null) return { request: null, issues: { size: words.addDisk.sizeError } };
	const disk = { ...(sizeBytes === null ? {} : { sizeBytes }), ...(from === "image" ? { image } : {}) };
	return ask(vm, { addDisks: [disk] }, (last) =>
		last === "image" ? ["image", words.addDisk.imageMissing] : ["size", words.addDisk.sizeError],
	);
}

export function askForSize(
	vm: string,
	{ target, capacityBytes }: Pick<VmDisk, "target" | "capacityBytes">,
	size: string,
): Asked<"size"> {
	const sizeBytes = parseSize(size) ?? Number.NaN;
	if (capacityBytes !== null && sizeBytes <= capacityBytes) {
		return { request: null, issues: { size: words.resizeDisk.tooSmall(formatBytes(capacityBytes)) } };
	}
	return ask(vm, { resizeDisks: [{ target, sizeBytes }] }, () => ["size", words.resizeDisk.sizeError]);
}

export interface NicDraft {
	readonly place: NicPlace;
	/** Of the host, for a card on one. */
	readonly bridge: string;
	/** Empty: one is made. */
	readonly mac: string;
}

/** A new card, or with `moved` the card of that address in another place. */
export function askForNic(vm: string, draft: NicDraft, moved: string | null): Asked<"bridge" | "mac"> {
	const to = nicInputOf(draft.place, draft.bridge.trim());
	const mac = draft.mac.trim();
	const changes =
		moved === null ? { addNics: [{ ...to, ...(mac === "" ? {} : { mac }) }] } : { moveNics: [{ mac: moved, to }] };
	return ask(vm, changes, (last) => (last === "mac" ? ["mac", words.nic.macError] : ["bridge", words.nic.bridgeError]));
}
