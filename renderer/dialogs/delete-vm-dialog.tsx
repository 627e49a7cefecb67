import { useState } from "react";
import type { Vm } from "../../contract/vms.ts";
import { navigateTo, paths } from "../app/navigation.ts";
import { rpc } from "../bridge/client.ts";
import { Checkbox } from "../components/field.tsx";
import { FormDialog } from "../components/form-dialog.tsx";
import { useRequest } from "../hooks/use-request.ts";
import { useSubmit } from "../hooks/use-submit.ts";
import { strings } from "../strings.ts";
import { FileList } from "./file-list.tsx";

const words = strings.vms.delete;

/** Deletes a virtual machine, with or without its disks. Which files that means is shown before. */
export function DeleteVmDialog({ vm, onClose }: { vm: Vm; onClose: () => void }) {
	const [deleteDisks, setDeleteDisks] = useState(false);
	const detail = useRequest((signal) => rpc().vms.get({ vm: vm.uuid }, { signal }), [vm.uuid]);
	const { error, submit } = useSubmit();
	const [isBusy, setBusy] = useState(false);
	const disks = detail.data?.disks.filter(({ source }) => source !== null) ?? [];
	const ours = disks.filter((disk) => disk.ours);
	const goes = deleteDisks ? ours : [];
	const stays = disks.filter((disk) => !goes.includes(disk));
	const remove = async (): Promise<void> => {
		setBusy(true);
		const started = await submit(() => rpc().vms.delete({ vm: vm.uuid, deleteDisks }));
		setBusy(false);
		if (started === null) return;
		onClose();
		navigateTo(paths.machines);
	};
	return (
		<FormDialog
			title={words.title(vm.name)}
			body={words.body}
			action={words.action}
			isDangerous
			isBusy={isBusy}
			isDisabled={detail.data === null}
			error={error ?? detail.error}
			onSubmit={(event) => {
				event.preventDefault();
				void remove();
			}}
			onClose={onClose}
		>
			{detail.data === null && detail.error === null && <p role="status">{words.looking}</p>}
			{ours.length > 0 && (
				<Checkbox
					label={words.disks}
					help={words.disksHelp}
					checked={deleteDisks}
					onChange={(event) => setDeleteDisks(event.target.checked)}
				/>
			)}
			<FileList label={words.list} files={goes.map(({ source }) => source ?? "")} />
			<FileList label={words.stay} files={stays.map(({ source }) => source ?? "")} />
		</FormDialog>
	);
}
