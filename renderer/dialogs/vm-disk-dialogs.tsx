import { useState } from "react";
import type { Vm, VmDisk } from "../../contract/vms.ts";
import { Checkbox, Field, Segments, SelectInput, TextInput } from "../components/field.tsx";
import { FormDialog } from "../components/form-dialog.tsx";
import { formatBytes } from "../format/bytes.ts";
import { useImages } from "../stores/images.ts";
import { strings } from "../strings.ts";
import { askForDisk, askForSize, type DiskDraft, isOff } from "../vms/vm-change.ts";
import { FileList } from "./file-list.tsx";
import { useVmChange } from "./use-vm-change.ts";

const words = strings.vms.change;

interface DiskDialogProps {
	vm: Vm;
	disk: VmDisk;
	onClose: () => void;
}

/** A further disk: an empty one, or one on an image of the library. */
export function AddVmDiskDialog({ vm, onClose }: Omit<DiskDialogProps, "disk">) {
	const [draft, setDraft] = useState<DiskDraft>({ from: "empty", image: "", size: "" });
	const images = useImages().data?.images.filter((image) => image.kind === "disk") ?? [];
	const { issues, form } = useVmChange(askForDisk(vm.uuid, draft), onClose);
	const { addDisk } = words;
	const isOfImage = draft.from === "image";
	return (
		<FormDialog
			title={addDisk.title(vm.name)}
			body={isOff(vm) ? addDisk.bodyOff : addDisk.bodyOn}
			action={addDisk.action}
			{...form}
		>
			<Segments<DiskDraft["from"]>
				label={addDisk.from}
				value={draft.from}
				onChange={(from) => setDraft({ ...draft, from })}
				choices={(["empty", "image"] as const).map((value) => ({ value, title: addDisk.sources[value] }))}
			/>
			{isOfImage && (
				<Field
					label={addDisk.image}
					help={images.length === 0 ? addDisk.noImages : addDisk.imageHelp}
					error={issues.image}
				>
					{(ids) => (
						<SelectInput
							{...ids}
							disabled={images.length === 0}
							value={draft.image}
							onChange={(event) => setDraft({ ...draft, image: event.target.value })}
							choices={[{ value: "", title: "" }, ...images.map(({ name }) => ({ value: name, title: name }))]}
						/>
					)}
				</Field>
			)}
			<Field label={addDisk.size} help={isOfImage ? addDisk.sizeOfImageHelp : addDisk.sizeHelp} error={issues.size}>
				{(ids) => (
					<TextInput
						{...ids}
						value={draft.size}
						onChange={(event) => setDraft({ ...draft, size: event.target.value })}
					/>
				)}
			</Field>
		</FormDialog>
	);
}

export function ResizeVmDiskDialog({ vm, disk, onClose }: DiskDialogProps) {
	const [size, setSize] = useState("");
	const { issues, form } = useVmChange(askForSize(vm.uuid, disk, size), onClose);
	const { resizeDisk } = words;
	const now = disk.capacityBytes === null ? resizeDisk.nowUnknown : resizeDisk.now(formatBytes(disk.capacityBytes));
	return (
		<FormDialog
			title={resizeDisk.title(disk.target, vm.name)}
			body={resizeDisk.body}
			action={resizeDisk.action}
			{...form}
		>
			<Field label={resizeDisk.size} help={now} error={issues.size}>
				{(ids) => <TextInput {...ids} value={size} onChange={(event) => setSize(event.target.value)} />}
			</Field>
		</FormDialog>
	);
}

/** Takes a disk out, with or without its file. What becomes of the file is said before. */
export function RemoveVmDiskDialog({ vm, disk, onClose }: DiskDialogProps) {
	const [deleteFile, setDeleteFile] = useState(false);
	const request = { vm: vm.uuid, removeDisks: [{ target: disk.target, deleteFile }] };
	const { form } = useVmChange({ request, issues: null }, onClose);
	const { removeDisk } = words;
	return (
		<FormDialog
			title={removeDisk.title(disk.target, vm.name)}
			body={isOff(vm) ? removeDisk.bodyOff : removeDisk.bodyOn}
			action={deleteFile ? removeDisk.actionWithFile : removeDisk.action}
			isDangerous
			{...form}
		>
			{disk.ours && (
				<Checkbox
					label={removeDisk.deleteFile}
					help={removeDisk.deleteFileHelp}
					checked={deleteFile}
					onChange={(event) => setDeleteFile(event.target.checked)}
				/>
			)}
			<FileList
				label={deleteFile ? removeDisk.deletes : removeDisk.keeps}
				files={disk.source === null ? [] : [disk.source]}
			/>
			{!disk.ours && disk.source !== null && <p className="text-sm text-muted">{removeDisk.notOurs}</p>}
		</FormDialog>
	);
}
