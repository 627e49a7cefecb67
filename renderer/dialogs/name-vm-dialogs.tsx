import { zodResolver } from "@hookform/resolvers/zod";
import { useForm } from "react-hook-form";
import { renameVmRequest, type SaveVmRequest, saveVmRequest } from "../../contract/vm-requests.ts";
import type { Vm } from "../../contract/vms.ts";
import { rpc } from "../bridge/client.ts";
import { Field, TextInput } from "../components/field.tsx";
import { FormDialog } from "../components/form-dialog.tsx";
import { useSubmit } from "../hooks/use-submit.ts";
import { strings } from "../strings.ts";
import { SnapshotDescription, SnapshotName } from "./snapshot-fields.tsx";
import { TagsField } from "./tags-field.tsx";

const words = strings.vms;

export function RenameVmDialog({ vm, onClose }: { vm: Vm; onClose: () => void }) {
	const form = useForm({ resolver: zodResolver(renameVmRequest), defaultValues: { vm: vm.uuid, name: vm.name } });
	const { errors, isSubmitting } = form.formState;
	const { error, submit } = useSubmit();
	const rename = form.handleSubmit(async (request) => {
		if ((await submit(() => rpc().vms.rename(request))) !== null) onClose();
	});
	return (
		<FormDialog
			title={words.rename.title(vm.name)}
			action={words.rename.action}
			isBusy={isSubmitting}
			error={error}
			onSubmit={rename}
			onClose={onClose}
		>
			<Field label={words.rename.name} error={errors.name?.message}>
				{(ids) => <TextInput {...ids} {...form.register("name")} />}
			</Field>
		</FormDialog>
	);
}

/** Saves the disks of a virtual machine into the library. */
export function SaveVmDialog({ vm, onClose }: { vm: Vm; onClose: () => void }) {
	const form = useForm<SaveVmRequest>({
		resolver: zodResolver(saveVmRequest),
		defaultValues: { vm: vm.uuid, name: "", description: "", tags: [] },
	});
	const { errors, isSubmitting } = form.formState;
	const { error, submit } = useSubmit();
	const save = form.handleSubmit(async (request) => {
		if ((await submit(() => rpc().vms.saveToLibrary(request))) !== null) onClose();
	});
	return (
		<FormDialog
			title={words.save.title(vm.name)}
			body={words.save.body}
			action={words.save.action}
			isBusy={isSubmitting}
			error={error}
			onSubmit={save}
			onClose={onClose}
		>
			<SnapshotName registration={form.register("name")} error={errors.name?.message} />
			<SnapshotDescription registration={form.register("description")} error={errors.description?.message} />
			<TagsField control={form.control} name="tags" />
		</FormDialog>
	);
}
