import { z } from "zod";
import { HomerangeError } from "../../../contract/errors.ts";
import { ownerNamespace, ownerPrefix } from "./owner.ts";
import { parsed } from "./parsed.ts";
import { hostdevScope, nicScope, TargetNames } from "./scope.ts";
import { renderPart } from "./template/load.ts";
import {
	absolutePath,
	type DiskBus,
	type DiskVariable,
	type DomainOwner,
	diskBus,
	diskVariable,
	type HostdevVariable,
	hostdevVariable,
	type NicModel,
	type NicVariable,
	nicVariable,
} from "./variables.ts";

/**
 * The name for one more disk of a domain. `present` are the targets of the disks that it has, both running and after
 * the next start. Errors: `INPUT_INVALID` when the bus is full.
 */
export function nextTarget(bus: DiskBus, present: Iterable<string | null>): string {
	const taken = [...present].filter((name) => name !== null);
	try {
		return new TargetNames(taken).next(bus);
	} catch (error) {
		if (!(error instanceof RangeError)) throw error;
		throw new HomerangeError("INPUT_INVALID", `The machine has no place for another disk on the bus ${bus}.`, {
			remedy: "Detach a disk first, or use another bus.",
			cause: error,
		});
	}
}

const target = z.string().regex(/^[a-z]{2,3}[a-z]{1,2}$/, "This is not the name of a disk in a machine.");

/** For attaching and updating a disk; libvirt finds the one to detach by its target. Errors: `INPUT_INVALID`. */
export function diskXml(disk: DiskVariable & { readonly bus: DiskBus }, dev: string): string {
	const { bus, bootOrder, serial, ...rest } = parsed(diskVariable, disk);
	return renderPart("disk", {
		...rest,
		bus: bus ?? disk.bus,
		dev: parsed(target, dev),
		serial: serial ?? null,
		bootOrder: bootOrder ?? null,
	});
}

const cdrom = z.strictObject({
	path: absolutePath.nullable(),
	bus: z.union([diskBus, z.enum(["ide", "fdc"])]),
	dev: target,
	bootOrder: z.number().int().min(1).max(99).nullable(),
});

/**
 * A CD-ROM drive with a medium, or empty with the path null: for updating the drive at that target, which is how a
 * medium is put in and taken out. Bus and place in the boot order are those that the drive has.
 */
export function cdromXml(drive: z.input<typeof cdrom>): string {
	return renderPart("cdrom", parsed(cdrom, drive));
}

/** For attaching, updating and detaching: libvirt finds the card by its address. Errors: `INPUT_INVALID`. */
export function nicXml(nic: NicVariable & { readonly model: NicModel }): string {
	return renderPart("nic", nicScope(parsed(nicVariable, nic), { nic: nic.model }));
}

export function hostdevXml(device: HostdevVariable): string {
	return renderPart("hostdev", hostdevScope(parsed(hostdevVariable, device)));
}

/** What libvirt's call for metadata takes: it puts prefix and namespace to the element itself. */
export function ownerMetadata(owner: DomainOwner): { xml: string; key: string; uri: string } {
	return { xml: renderPart("owner-element", owner), key: ownerPrefix, uri: ownerNamespace };
}
