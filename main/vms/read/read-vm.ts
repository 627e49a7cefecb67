import type { Vm, VmConsole, VmOwner } from "../../../contract/vms.ts";
import { type DomainDescription, type DomainOwner, describeDomain } from "../../libvirt/domains/index.ts";
import { type Domain, DomainXml, isUnsupported, type LibvirtConnection } from "../../libvirt/rpc/index.ts";
import { addressesByMac } from "./addresses.ts";
import { guestType } from "./guest-type.ts";
import { isActive, reasonOf, vmState } from "./state.ts";

export interface ReadContext {
	readonly installation: string;
	rangeOf(rangeId: string, machineId: string): { range: string; machine: string } | null;
}

/** A domain as it was found: what the window shows, and the XML that it was read from. */
export interface FoundVm {
	readonly domain: Domain;
	readonly vm: Vm;
	/** Of now, when it runs; of the next start otherwise. */
	readonly described: DomainDescription;
	readonly xml: string;
	readonly addresses: ReadonlyMap<string, readonly string[]>;
}

/** Reads one domain. Fails with `isNoDomain` when it went away meanwhile. */
export async function readVm(connection: LibvirtConnection, domain: Domain, context: ReadContext): Promise<FoundVm> {
	const { domains } = connection;
	const [{ state, reason }, xml, persistent] = await Promise.all([
		domains.state(domain),
		domains.xml(domain, DomainXml.default),
		domains.isPersistent(domain),
	]);
	const described = describeDomain(xml);
	const current = vmState(state);
	const [autostart, hasSavedState] = persistent
		? await Promise.all([domains.autostart(domain), hasManagedSave(connection, domain)])
		: [false, false];
	const addresses = current === "running" ? await addressesByMac(connection, domain, described) : new Map();
	const owner = ownerOf(described.owner, context);
	const vm: Vm = {
		uuid: domain.uuid,
		name: domain.name,
		title: described.title,
		state: current,
		reason: reasonOf(state, reason),
		type: guestType(described, xml),
		memoryBytes: described.memoryBytes ?? 0,
		vcpus: described.currentVcpus ?? described.vcpus ?? 0,
		autostart,
		persistent,
		managed: owner !== null,
		owner,
		addresses: [...addresses.values()].flat(),
		consoles: consolesOf(described),
		virtType: described.virtType ?? "unknown",
		hasSavedState,
		template: owner === null ? null : (described.owner?.template ?? null),
	};
	return { domain, vm, described, xml, addresses };
}

/** Whose it is; null for another tool's, and for another installation's. */
export function ownerOf(owner: DomainOwner | null, { installation, rangeOf }: ReadContext): VmOwner | null {
	if (owner === null || owner.installation !== installation) return null;
	if (owner.kind === "standalone") return { kind: "standalone" };
	const rangeId = owner.range ?? "";
	const names = rangeOf(rangeId, owner.machine ?? "");
	return { kind: "range", rangeId, range: names?.range ?? rangeId, machine: names?.machine ?? owner.machine ?? "" };
}

function consolesOf({ graphics, serials }: DomainDescription): VmConsole[] {
	const consoles: VmConsole[] = [];
	if (graphics.some(({ kind }) => kind === "vnc")) consoles.push("vnc");
	if (serials.some(({ kind }) => kind === "pty" || kind === "unix")) consoles.push("serial");
	return consoles;
}

/** Only QEMU's driver keeps such a file. */
async function hasManagedSave({ domains }: LibvirtConnection, domain: Domain): Promise<boolean> {
	try {
		return await domains.hasManagedSave(domain);
	} catch (error) {
		if (isUnsupported(error)) return false;
		throw error;
	}
}

export { isActive };
