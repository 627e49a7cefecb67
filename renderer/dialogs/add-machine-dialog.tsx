import { zodResolver } from "@hookform/resolvers/zod";
import { useState } from "react";
import { useForm } from "react-hook-form";
import { type AddedMachine, addedMachine } from "../../contract/added-machine.ts";
import type { RangeUpdate } from "../../contract/range-update.ts";
import type { RangeDetail } from "../../contract/ranges.ts";
import { runOnRanges } from "../actions/range-actions.ts";
import { rpc } from "../bridge/client.ts";
import { Button } from "../components/button.tsx";
import { Field, TextInput } from "../components/field.tsx";
import { FormDialog } from "../components/form-dialog.tsx";
import { Notice } from "../components/notice.tsx";
import { Findings } from "../deploy/findings.tsx";
import { useSubmit } from "../hooks/use-submit.ts";
import { useRange } from "../stores/ranges.ts";
import { strings } from "../strings.ts";
import { ChangeList } from "../update/change-list.tsx";
import { MachineNics } from "./machine-nics.tsx";
import { MachineSizes } from "./machine-sizes.tsx";
import { MachineSource } from "./machine-source.tsx";

const words = strings.addMachine;

/** Adds a machine to a range that runs: first what it is, then what that changes, then it is done. */
export function AddMachineDialog({ rangeId, onClose }: { rangeId: string; onClose: () => void }) {
	const range = useRange(rangeId);
	return range === null ? null : <AddMachine range={range} onClose={onClose} />;
}

function AddMachine({ range, onClose }: { range: RangeDetail; onClose: () => void }) {
	const form = useForm<AddedMachine>({
		resolver: zodResolver(addedMachine),
		defaultValues: {
			name: "",
			source: { kind: "template", name: "" },
			nics: [{ network: range.networks[0]?.name ?? "" }],
		},
	});
	const { errors, isSubmitting } = form.formState;
	const { error, submit } = useSubmit();
	/** What the machine changes, once that was asked for. */
	const [update, setUpdate] = useState<RangeUpdate | null>(null);
	const isRunning = range.state === "running" || range.state === "degraded";
	const isBlocked = update?.findings.some(({ severity }) => severity === "error") ?? false;

	const next = form.handleSubmit(async (machine) => {
		const source = { kind: "added-machine" as const, machine };
		if (update === null) {
			setUpdate(await submit(() => rpc().ranges.previewUpdate({ range: range.id, source })));
		} else if ((await submit(() => rpc().ranges.update({ range: range.id, source }))) !== null) {
			onClose();
		}
	});

	return (
		<FormDialog
			title={words.title(range.name)}
			body={words.body}
			action={update === null ? words.compare : words.add}
			isBusy={isSubmitting}
			isDisabled={!isRunning || isBlocked || range.taskId !== null}
			error={error}
			onSubmit={next}
			onClose={onClose}
		>
			{!isRunning && <NotRunning range={range} />}
			{update === null ? (
				<>
					<Field label={words.name} help={words.nameHelp} error={errors.name?.message}>
						{(ids) => <TextInput {...ids} isCode {...form.register("name")} />}
					</Field>
					<MachineSource form={form} />
					<MachineNics form={form} networks={range.networks} />
					<MachineSizes form={form} />
				</>
			) : (
				<div>
					<Findings findings={update.findings.filter(({ severity }) => severity !== "fact")} warnings={[]} />
					<ChangeList changes={update.changes} />
					<Button isSmall onClick={() => setUpdate(null)}>
						{words.change}
					</Button>
				</div>
			)}
		</FormDialog>
	);
}

function NotRunning({ range }: { range: RangeDetail }) {
	return (
		<Notice
			tone="warn"
			title={words.notRunning(range.name)}
			actions={
				<Button isSmall isBusy={range.taskId !== null} onClick={() => void runOnRanges("start", [range])}>
					{words.start}
				</Button>
			}
		>
			<p className="text-muted">{words.notRunningBody}</p>
		</Notice>
	);
}
