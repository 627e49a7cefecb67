import { zodResolver } from "@hookform/resolvers/zod";
import { useForm } from "react-hook-form";
import {
	type EditRangeSnapshotRequest,
	type EditSnapshotRequest,
	editRangeSnapshotRequest,
	editSnapshotRequest,
	type RangeSnapshot,
	type Snapshot,
} from "../../contract/library.ts";
import { rpc } from "../bridge/client.ts";
import { FormDialog } from "../components/form-dialog.tsx";
import { useSubmit } from "../hooks/use-submit.ts";
import { strings } from "../strings.ts";
import { SnapshotDescription, SnapshotName } from "./snapshot-fields.tsx";
import { TagsField } from "./tags-field.tsx";

const words = strings.snapshots;

/** Name, description and tags of a snapshot. A part of a range's snapshot keeps its name. */
export function EditSnapshotDialog({ snapshot, onClose }: { snapshot: Snapshot; onClose: () => void }) {
	const isPart = snapshot.rangeSnapshot !== null;
	const form = useForm<EditSnapshotRequest>({
		resolver: zodResolver(editSnapshotRequest),
		defaultValues: {
			snapshot: snapshot.id,
			...(isPart ? {} : { name: snapshot.name }),
			description: snapshot.description,
			tags: snapshot.tags,
		},
	});
	const { errors, isSubmitting } = form.formState;
	const { error, submit } = useSubmit();
	const save = form.handleSubmit(async ({ name, ...rest }) => {
		// A name that stays is not given: that would ask for its own name.
		const isRenamed = name !== undefined && name !== snapshot.name;
		const saved = await submit(() => rpc().snapshots.edit({ ...rest, ...(isRenamed ? { name } : {}) }));
		if (saved !== null) onClose();
	});
	return (
		<FormDialog
			title={words.edit(snapshot.name)}
			action={words.save}
			isBusy={isSubmitting}
			error={error}
			onSubmit={save}
			onClose={onClose}
		>
			{isPart ? (
				<p className="text-muted">{words.partName}</p>
			) : (
				<SnapshotName registration={form.register("name")} error={errors.name?.message} />
			)}
			<SnapshotDescription registration={form.register("description")} error={errors.description?.message} />
			<TagsField control={form.control} name="tags" />
		</FormDialog>
	);
}

/** Description of a range's snapshot. */
export function EditRangeSnapshotDialog(props: { rangeSnapshot: RangeSnapshot; onClose: () => void }) {
	const { rangeSnapshot, onClose } = props;
	const form = useForm<EditRangeSnapshotRequest>({
		resolver: zodResolver(editRangeSnapshotRequest),
		defaultValues: { snapshot: rangeSnapshot.id, description: rangeSnapshot.description },
	});
	const { errors, isSubmitting } = form.formState;
	const { error, submit } = useSubmit();
	const save = form.handleSubmit(async (request) => {
		if ((await submit(() => rpc().rangeSnapshots.edit(request))) !== null) onClose();
	});
	return (
		<FormDialog
			title={words.edit(rangeSnapshot.name)}
			action={words.save}
			isBusy={isSubmitting}
			error={error}
			onSubmit={save}
			onClose={onClose}
		>
			<SnapshotDescription registration={form.register("description")} error={errors.description?.message} />
		</FormDialog>
	);
}
