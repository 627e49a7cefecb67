import { zodResolver } from "@hookform/resolvers/zod";
import { useForm } from "react-hook-form";
import {
	type TakeRangeSnapshotRequest,
	type TakeSnapshotRequest,
	takeRangeSnapshotRequest,
	takeSnapshotRequest,
} from "../../contract/library.ts";
import type { RangeDetail } from "../../contract/ranges.ts";
import { rpc } from "../bridge/client.ts";
import { FormDialog } from "../components/form-dialog.tsx";
import { useSubmit } from "../hooks/use-submit.ts";
import { strings } from "../strings.ts";
import { SnapshotDescription, SnapshotName } from "./snapshot-fields.tsx";
import { TagsField } from "./tags-field.tsx";

const words = strings.snapshots;

/** Saves one machine into the library. */
export function SnapshotMachineDialog(props: { range: RangeDetail; machine: string; onClose: () => void }) {
	const { range, machine, onClose } = props;
	const form = useForm<TakeSnapshotRequest>({
		resolver: zodResolver(takeSnapshotRequest),
		defaultValues: { range: range.id, machine, name: "", description: "", tags: [] },
	});
	const { errors, isSubmitting } = form.formState;
	const { error, submit } = useSubmit();
	const take = form.handleSubmit(async (request) => {
		if ((await submit(() => rpc().snapshots.takeMachine(request))) !== null) onClose();
	});
	return (
		<FormDialog
			title={words.ofMachine(machine)}
			body={words.ofMachineBody(machine)}
			action={words.take}
			isBusy={isSubmitting}
			error={error}
			onSubmit={take}
			onClose={onClose}
		>
			<SnapshotName registration={form.register("name")} error={errors.name?.message} />
			<SnapshotDescription registration={form.register("description")} error={errors.description?.message} />
			<TagsField control={form.control} name="tags" />
		</FormDialog>
	);
}

/** Saves a whole range into the library. */
export function SnapshotRangeDialog({ range, onClose }: { range: RangeDetail; onClose: () => void }) {
	const form = useForm<TakeRangeSnapshotRequest>({
		resolver: zodResolver(takeRangeSnapshotRequest),
		defaultValues: { range: range.id, name: "", description: "" },
	});
	const { errors, isSubmitting } = form.formState;
	const { error, submit } = useSubmit();
	const take = form.handleSubmit(async (request) => {
		if ((await submit(() => rpc().rangeSnapshots.take(request))) !== null) onClose();
	});
	return (
		<FormDialog
			title={words.ofRange(range.name)}
			body={words.ofRangeBody(range.machines.length)}
			action={words.take}
			isBusy={isSubmitting}
			error={error}
			onSubmit={take}
			onClose={onClose}
		>
			<SnapshotName registration={form.register("name")} error={errors.name?.message} />
			<SnapshotDescription registration={form.register("description")} error={errors.description?.message} />
		</FormDialog>
	);
}
