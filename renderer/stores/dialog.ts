import { create } from "zustand";
import type { RangeSnapshot, Snapshot, Template } from "../../contract/library.ts";
import type { RangeDetail } from "../../contract/ranges.ts";
import type { Vm, VmDisk } from "../../contract/vms.ts";

/** A dialog with a form, and what it is about. */
export type FormDialogRequest =
	| { kind: "addMachine"; range: RangeDetail }
	| { kind: "snapshotMachine"; range: RangeDetail; machine: string }
	| { kind: "snapshotRange"; range: RangeDetail }
	| { kind: "restoreRange"; range: RangeDetail }
	| { kind: "restoreSnapshot"; rangeSnapshot: RangeSnapshot }
	| { kind: "duplicateTemplate"; template: Template }
	| { kind: "editSnapshot"; snapshot: Snapshot }
	| { kind: "editRangeSnapshot"; rangeSnapshot: RangeSnapshot }
	| { kind: "pullImage" }
	| { kind: "importImage"; path: string }
	| { kind: "buildImage"; folder: string }
	| { kind: "pruneImages" }
	| { kind: "installBundle"; file: string }
	| { kind: "createBundle" }
	| { kind: "deleteVm"; vm: Vm }
	| { kind: "renameVm"; vm: Vm }
	| { kind: "saveVm"; vm: Vm }
	| { kind: "snapshotVm"; vm: Vm }
	| { kind: "cloneVm"; vm: Vm }
	| { kind: "sizesOfVm"; vm: Vm }
	| { kind: "addVmDisk"; vm: Vm }
	| { kind: "resizeVmDisk"; vm: Vm; disk: VmDisk }
	| { kind: "removeVmDisk"; vm: Vm; disk: VmDisk }
	/** A new card, or with `moved` the card of that MAC address in another place. */
	| { kind: "plugVmNic"; vm: Vm; moved: string | null };

/** The form that is open over the page; null when none is. */
export const useFormDialog = create<{ request: FormDialogRequest | null }>(() => ({ request: null }));

export function openFormDialog(request: FormDialogRequest): void {
	useFormDialog.setState({ request });
}

export function closeFormDialog(): void {
	useFormDialog.setState({ request: null });
}
