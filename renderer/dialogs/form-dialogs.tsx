import { closeFormDialog, type FormDialogRequest } from "../stores/dialog.ts";
import { AddMachineDialog } from "./add-machine-dialog.tsx";
import { CloneVmDialog } from "./clone-vm-dialog.tsx";
import { CreateBundleDialog } from "./create-bundle-dialog.tsx";
import { DeleteVmDialog } from "./delete-vm-dialog.tsx";
import { DuplicateTemplateDialog } from "./duplicate-dialog.tsx";
import { EditRangeSnapshotDialog, EditSnapshotDialog } from "./edit-snapshot-dialog.tsx";
import { BuildDialog, ImportDialog, PullDialog } from "./image-dialogs.tsx";
import { InstallBundleDialog } from "./install-bundle-dialog.tsx";
import { RenameVmDialog, SaveVmDialog } from "./name-vm-dialogs.tsx";
import { PruneDialog } from "./prune-dialog.tsx";
import { RestoreRangeDialog, RestoreSnapshotDialog } from "./restore-dialog.tsx";
import { SnapshotMachineDialog, SnapshotRangeDialog } from "./snapshot-dialog.tsx";
import { SnapshotVmDialog } from "./snapshot-vm-dialog.tsx";
import { AddVmDiskDialog, RemoveVmDiskDialog, ResizeVmDiskDialog } from "./vm-disk-dialogs.tsx";
import { VmNicDialog } from "./vm-nic-dialog.tsx";
import { VmSizesDialog } from "./vm-sizes-dialog.tsx";

/** The form that was asked for. Loaded with the first one: forms are not needed for the window's first paint. */
export default function FormDialogs({ request }: { request: FormDialogRequest }) {
	const onClose = closeFormDialog;
	switch (request.kind) {
		case "addMachine":
			return <AddMachineDialog rangeId={request.range.id} onClose={onClose} />;
		case "snapshotMachine":
			return <SnapshotMachineDialog range={request.range} machine={request.machine} onClose={onClose} />;
		case "snapshotRange":
			return <SnapshotRangeDialog range={request.range} onClose={onClose} />;
		case "restoreRange":
			return <RestoreRangeDialog range={request.range} onClose={onClose} />;
		case "restoreSnapshot":
			return <RestoreSnapshotDialog rangeSnapshot={request.rangeSnapshot} onClose={onClose} />;
		case "duplicateTemplate":
			return <DuplicateTemplateDialog template={request.template} onClose={onClose} />;
		case "editSnapshot":
			return <EditSnapshotDialog snapshot={request.snapshot} onClose={onClose} />;
		case "editRangeSnapshot":
			return <EditRangeSnapshotDialog rangeSnapshot={request.rangeSnapshot} onClose={onClose} />;
		case "pullImage":
			return <PullDialog onClose={onClose} />;
		case "importImage":
			return <ImportDialog path={request.path} onClose={onClose} />;
		case "buildImage":
			return <BuildDialog folder={request.folder} onClose={onClose} />;
		case "pruneImages":
			return <PruneDialog onClose={onClose} />;
		case "installBundle":
			return <InstallBundleDialog file={request.file} onClose={onClose} />;
		case "createBundle":
			return <CreateBundleDialog onClose={onClose} />;
		case "deleteVm":
			return <DeleteVmDialog vm={request.vm} onClose={onClose} />;
		case "renameVm":
			return <RenameVmDialog vm={request.vm} onClose={onClose} />;
		case "saveVm":
			return <SaveVmDialog vm={request.vm} onClose={onClose} />;
		case "snapshotVm":
			return <SnapshotVmDialog vm={request.vm} onClose={onClose} />;
		case "cloneVm":
			return <CloneVmDialog vm={request.vm} onClose={onClose} />;
		case "sizesOfVm":
			return <VmSizesDialog vm={request.vm} onClose={onClose} />;
		case "addVmDisk":
			return <AddVmDiskDialog vm={request.vm} onClose={onClose} />;
		case "resizeVmDisk":
			return <ResizeVmDiskDialog vm={request.vm} disk={request.disk} onClose={onClose} />;
		case "removeVmDisk":
			return <RemoveVmDiskDialog vm={request.vm} disk={request.disk} onClose={onClose} />;
		case "plugVmNic":
			return <VmNicDialog vm={request.vm} moved={request.moved} onClose={onClose} />;
	}
}
