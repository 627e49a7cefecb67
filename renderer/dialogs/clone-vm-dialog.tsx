import { zodResolver } from "@hookform/resolvers/zod";
import { useForm } from "react-hook-form";
import type { z } from "zod";
import { cloneVmRequest } from "../../contract/vm-requests.ts";
import type { Vm } from "../../contract/vms.ts";
import { rpc } from "../bridge/client.ts";
import { Checkbox, Field, TextInput } from "../components/field.tsx";
import { FormDialog } from "../components/form-dialog.tsx";
import { RadioCard } from "../components/radio-card.tsx";
import { formatBytes } from "../format/bytes.ts";
import { useRequest } from "../hooks/use-request.ts";
import { useSubmit } from "../hooks/use-submit.ts";
import { useVm } from "../stores/vms.ts";
import { strings } from "../strings.ts";
import { linkedProblem } from "../vms/linked-problem.ts";
import { isOff } from "../vms/vm-change.ts";

const words = strings.vms.change.clone;

/** Makes a virtual machine like another one. What each way costs is said before. */
export function CloneVmDialog({ vm, onClose }: { vm: Vm; onClose: () => void }) {
	const form = useForm<z.input<typeof cloneVmRequest>, unknown, z.output<typeof cloneVmRequest>>({
		resolver: zodResolver(cloneVmRequest),
		defaultValues: { vm: vm.uuid, name: `${vm.name}-clone`, linked: false, start: false },
	});
	const { errors, isSubmitting } = form.formState;
	const now = useVm(vm.uuid) ?? vm;
	const detail = useRequest((signal) => rpc().vms.get({ vm: vm.uuid }, { signal }), [vm.uuid, now]);
	const { error, submit } = useSubmit();
	const isLinked = form.watch("linked") === true;
	const start = form.watch("start") === true;
	const problem = detail.data === null ? null : linkedProblem(detail.data);
	const bytes = detail.data?.disks.reduce((sum, { capacityBytes }) => sum + (capacityBytes ?? 0), 0) ?? 0;
	const make = form.handleSubmit(async (request) => {
		if ((await submit(() => rpc().vms.clone(request))) !== null) onClose();
	});
	return (
		<FormDialog
			title={words.title(vm.name)}
			body={words.body}
			action={words.action}
			isBusy={isSubmitting}
			isDisabled={detail.data === null || !isOff(now) || (isLinked && problem !== null)}
			error={error ?? detail.error}
			onSubmit={make}
			onClose={onClose}
		>
			{!isOff(now) && (
				<p role="status" className="text-warn">
					{words.running}
				</p>
			)}
			<Field label={words.name} error={errors.name?.message}>
				{(ids) => <TextInput {...ids} {...form.register("name")} />}
			</Field>
			<fieldset className="grid gap-2">
				<legend className="mb-1 font-medium">{words.how}</legend>
				{detail.data === null && detail.error === null && <p role="status">{words.looking}</p>}
				{detail.data !== null && (
					<>
						<RadioCard
							name="linked"
							title={<span className="font-medium">{words.full}</span>}
							explanation={words.fullBody(formatBytes(bytes))}
							problem={null}
							isChosen={!isLinked}
							isDisabled={false}
							onChoose={() => form.setValue("linked", false)}
						/>
						<RadioCard
							name="linked"
							title={<span className="font-medium">{words.linked}</span>}
							explanation={words.linkedBody}
							problem={problem}
							isChosen={isLinked}
							isDisabled={problem !== null}
							onChoose={() => form.setValue("linked", true)}
						/>
					</>
				)}
			</fieldset>
			<Checkbox
				label={words.start}
				help={words.startHelp}
				checked={start}
				onChange={(event) => form.setValue("start", event.target.checked)}
			/>
		</FormDialog>
	);
}
