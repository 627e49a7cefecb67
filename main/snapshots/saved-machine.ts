import type { ImageFacts } from "../docker/image-inspect.ts";
import type { Disk } from "../images/disks/disk-pool.ts";
import type { MachineRecord } from "../ranges/record.ts";

/** A machine to be saved, and the id that its snapshot will have. */
export interface MachineToSave {
	readonly id: string;
	readonly machine: MachineRecord;
}

/** A machine whose image or disk is here, with the bytes that it adds to what the machine had started from. */
export interface SavedMachine extends MachineToSave {
	readonly saved:
		| { readonly kind: "image"; readonly facts: ImageFacts; readonly ownBytes: number }
		| { readonly kind: "disk"; readonly disk: Disk };
}

export const isVm = ({ machine }: MachineToSave): boolean => machine.spec.provider === "libvirt";
