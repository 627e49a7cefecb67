import { useState } from "react";
import type { Vm } from "../../contract/vms.ts";
import { type Choice, Field, SelectInput, TextInput } from "../components/field.tsx";
import { FormDialog } from "../components/form-dialog.tsx";
import { useVms } from "../stores/vms.ts";
import { strings } from "../strings.ts";
import { type NicPlace, namedPlaces } from "../vms/nic-place.ts";
import { askForNic, isOff, type NicDraft } from "../vms/vm-change.ts";
import { useVmChange } from "./use-vm-change.ts";

const words = strings.vms.change.nic;

/** A further network card, or one that is there plugged in elsewhere. */
export function VmNicDialog(props: { vm: Vm; moved: string | null; onClose: () => void }) {
	const { vm, moved, onClose } = props;
	const host = useVms((state) => state.hypervisor?.host ?? null);
	const places: Choice<NicPlace>[] = [...namedPlaces(host), { value: "bridge", title: words.places.bridge }];
	const [draft, setDraft] = useState<NicDraft>({ place: "user", bridge: "", mac: "" });
	const { issues, form } = useVmChange(askForNic(vm.uuid, draft, moved), onClose);
	const text =
		moved === null
			? {
					title: words.addTitle(vm.name),
					body: isOff(vm) ? words.addBodyOff : words.addBodyOn,
					action: words.addAction,
				}
			: {
					title: words.moveTitle(moved),
					body: isOff(vm) ? words.moveBodyOff : words.moveBodyOn,
					action: words.moveAction,
				};
	return (
		<FormDialog {...text} {...form}>
			<Field label={words.place}>
				{(ids) => (
					<SelectInput
						{...ids}
						value={draft.place}
						onChange={(event) => {
							const choice = places.find(({ value }) => value === event.target.value);
							if (choice !== undefined) setDraft({ ...draft, place: choice.value });
						}}
						choices={places}
					/>
				)}
			</Field>
			{draft.place === "bridge" && (
				<Field label={words.bridge} help={words.bridgeHelp} error={issues.bridge}>
					{(ids) => (
						<TextInput
							{...ids}
							isCode
							value={draft.bridge}
							onChange={(event) => setDraft({ ...draft, bridge: event.target.value })}
						/>
					)}
				</Field>
			)}
			{moved === null && (
				<Field label={words.mac} help={words.macHelp} error={issues.mac}>
					{(ids) => (
						<TextInput
							{...ids}
							isCode
							value={draft.mac}
							onChange={(event) => setDraft({ ...draft, mac: event.target.value })}
						/>
					)}
				</Field>
			)}
		</FormDialog>
	);
}
