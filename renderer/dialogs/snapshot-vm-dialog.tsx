import { zodResolver } from "@hookform/resolvers/zod";
import { useForm } from "react-hook-form";
import type { z } from "zod";
import { createVmSnapshotRequest } from "../../contract/vm-requests.ts";
import type { SnapshotWay } from "../../contract/vm-snapshots.ts";
import type { Vm } from "../../contract/vms.ts";
import { rpc } from "../bridge/client.ts";
import { Field, TextInput } from "../components/field.tsx";
import { FormDialog } from "../components/form-dialog.tsx";
import { RadioCard } from "../components/radio-card.tsx";
import { useRequest } from "../hooks/use-request.ts";
import { useSubmit } from "../hooks/use-submit.ts";
import { strings } from "../strings.ts";
import { SnapshotDescription } from "./snapshot-fields.tsx";

const words = strings.vms.takeSnapshot;

/** Takes a snapshot of a virtual machine. Every way is explained before, also why one is not possible now. */
export function SnapshotVmDialog({ vm, onClose }: { vm: Vm; onClose: () => void }) {
	const form = useForm<z.input<typeof createVmSnapshotRequest>, unknown, z.output<typeof createVmSnapshotRequest>>({
		resolver: zodResolver(createVmSnapshotRequest),
		defaultValues: { vm: vm.uuid, name: "", description: "" },
	});
	const { errors, isSubmitting } = form.formState;
	const ways = useRequest((signal) => rpc().vms.snapshots.ways({ vm: vm.uuid }, { signal }), [vm.uuid, vm.state]);
	const { error, submit } = useSubmit();
	const possible = ways.data?.filter(({ available }) => available) ?? [];
	const chosen =
		form.watch("method") ?? possible.find(({ preferred }) => preferred)?.method ?? possible[0]?.method ?? null;
	const take = form.handleSubmit(async (request) => {
		const method = chosen === null ? {} : { method: chosen };
		if ((await submit(() => rpc().vms.snapshots.create({ ...request, ...method }))) !== null) onClose();
	});
	return (
		<FormDialog
			title={words.title(vm.name)}
			action={words.action}
			isBusy={isSubmitting}
			isDisabled={possible.length === 0}
			error={error ?? ways.error}
			onSubmit={take}
			onClose={onClose}
		>
			<Field label={words.name} help={words.nameHelp} error={errors.name?.message}>
				{(ids) => <TextInput {...ids} {...form.register("name")} />}
			</Field>
			<SnapshotDescription registration={form.register("description")} error={errors.description?.message} />
			<fieldset className="grid gap-2">
				<legend className="mb-1 font-medium">{words.how}</legend>
				{ways.data === null && ways.error === null && <p role="status">{words.looking}</p>}
				{ways.data !== null && possible.length === 0 && <p className="text-warn">{words.nothing}</p>}
				{ways.data?.map((way) => (
					<Way
						key={way.method}
						way={way}
						isChosen={way.method === chosen}
						onChoose={() => form.setValue("method", way.method)}
					/>
				))}
			</fieldset>
		</FormDialog>
	);
}

function Way({ way, isChosen, onChoose }: { way: SnapshotWay; isChosen: boolean; onChoose: () => void }) {
	return (
		<RadioCard
			name="method"
			title={
				<>
					<span className="font-medium">{strings.vms.methods[way.method]}</span>
					<span className="text-sm text-muted">, {way.withMemory ? words.withMemory : words.withoutMemory}</span>
				</>
			}
			explanation={way.explanation}
			problem={way.reason === null ? null : [way.reason, way.remedy].filter((part) => part !== null).join(" ")}
			isChosen={isChosen}
			isDisabled={!way.available}
			onChoose={onChoose}
		/>
	);
}
