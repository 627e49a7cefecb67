import { HomerangeError } from "../../../contract/errors.ts";
import type { VmOwner } from "../../../contract/vms.ts";
import { printable } from "../../docker/api-errors.ts";
import { type Domain, isNoDomain, type LibvirtConnection } from "../../libvirt/rpc/index.ts";
import { type FoundVm, type ReadContext, readVm } from "../read/read-vm.ts";

const uuidPattern = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

/** By UUID or by name. Errors: `VM_NOT_FOUND`. */
export async function findDomain({ domains }: LibvirtConnection, ref: string): Promise<Domain> {
	const looks = uuidPattern.test(ref)
		? [() => domains.lookupByUuid(ref.toLowerCase()), () => domains.lookupByName(ref)]
		: [() => domains.lookupByName(ref)];
	for (const look of looks) {
		try {
			return await look();
		} catch (error) {
			if (!isNoDomain(error)) throw error;
		}
	}
	throw new HomerangeError("VM_NOT_FOUND", `There is no VM ${printable(ref, 200)}.`, {
		place: printable(ref, 200),
		remedy: "List the VMs to see their names.",
	});
}

/** The VM with all that was read of it. Errors: `VM_NOT_FOUND`. */
export async function findVm(connection: LibvirtConnection, ref: string, context: ReadContext): Promise<FoundVm> {
	const domain = await findDomain(connection, ref);
	try {
		return await readVm(connection, domain, context);
	} catch (error) {
		if (!isNoDomain(error)) throw error;
		throw new HomerangeError("VM_NOT_FOUND", `The VM ${vmTitle(domain)} was deleted at this moment.`, { cause: error });
	}
}

/** One that may be changed here. Errors: `VM_NOT_FOUND`, `NOT_OURS`. */
export async function findOwnVm(connection: LibvirtConnection, ref: string, context: ReadContext): Promise<FoundVm> {
	const found = await findVm(connection, ref, context);
	refuseOthers(found.vm.owner, vmTitle(found.domain));
	return found;
}

export function refuseOthers(owner: VmOwner | null, title: string): void {
	if (owner === null) {
		throw new HomerangeError("NOT_OURS", `The VM ${title} was made by another tool, and is not changed here unasked.`, {
			place: title,
			remedy: "Adopt it first (homerange vm adopt), or use the tool that made it.",
		});
	}
	if (owner.kind === "range") {
		throw new HomerangeError(
			"NOT_OURS",
			`The VM ${title} is the machine ${owner.machine} of the range ${owner.range}.`,
			{
				place: title,
				remedy: "Use the range's own commands for it.",
			},
		);
	}
}

/** A name for messages: whatever another tool called it. */
export function vmTitle({ name }: Pick<Domain, "name">): string {
	return printable(name, 200);
}
