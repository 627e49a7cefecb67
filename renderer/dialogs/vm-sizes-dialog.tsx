import { useState } from "react";
import type { Vm } from "../../contract/vms.ts";
import { Field, TextInput } from "../components/field.tsx";
import { FormDialog } from "../components/form-dialog.tsx";
import { formatBytes } from "../format/bytes.ts";
import { strings } from "../strings.ts";
import { askForSizes, isOff, type SizesDraft } from "../vms/vm-change.ts";
import { useVmChange } from "./use-vm-change.ts";

const words = strings.vms.change.sizes;

/** How many CPUs and how much memory a virtual machine gets. */
export function VmSizesDialog({ vm, onClose }: { vm: Vm; onClose: () => void }) {
	const [draft, setDraft] = useState<SizesDraft>({ cpus: null, memory: null });
	const { issues, form } = useVmChange(askForSizes(vm.uuid, draft), onClose);
	return (
		<FormDialog
			title={words.title(vm.name)}
			body={isOff(vm) ? words.bodyOff : words.bodyOn}
			action={words.action}
			isDisabled={draft.cpus === null && draft.memory === null}
			{...form}
		>
			<div className="grid grid-cols-2 items-start gap-3">
				<Field label={words.cpus} error={issues.cpus}>
					{(ids) => (
						<TextInput
							{...ids}
							inputMode="numeric"
							value={draft.cpus ?? String(vm.vcpus)}
							onChange={(event) => setDraft({ ...draft, cpus: event.target.value })}
						/>
					)}
				</Field>
				<Field label={words.memory} help={words.memoryHelp} error={issues.memory}>
					{(ids) => (
						<TextInput
							{...ids}
							value={draft.memory ?? formatBytes(vm.memoryBytes)}
							onChange={(event) => setDraft({ ...draft, memory: event.target.value })}
						/>
					)}
				</Field>
			</div>
		</FormDialog>
	);
}
