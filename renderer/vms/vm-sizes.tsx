import type { HypervisorHost } from "../../contract/hypervisor.ts";
import { type Choice, Field, SelectInput, TextInput } from "../components/field.tsx";
import { strings } from "../strings.ts";
import type { DraftProps } from "./create-vm-page.tsx";
import { namedPlaces } from "./nic-place.ts";
import { defaultSizes, type VmNetwork } from "./vm-draft.ts";

const words = strings.vms.wizard;

/** Its name, what is allocated to it, and where its network card is plugged in. */
export function VmSizes({ draft, template, issues, onChange, host }: DraftProps & { host: HypervisorHost }) {
	const own = defaultSizes(template);
	const networks: Choice<VmNetwork>[] = [{ value: "auto", title: words.networks.auto }, ...namedPlaces(host)];
	return (
		<div className="grid grid-cols-3 items-start gap-x-4 gap-y-3">
			<div className="col-span-3">
				<Field label={words.name} error={issues.name}>
					{(ids) => (
						<TextInput {...ids} value={draft.name} onChange={(event) => onChange({ name: event.target.value })} />
					)}
				</Field>
			</div>
			<Field label={words.cpus} help={words.cpusHelp} error={issues.cpus}>
				{(ids) => (
					<TextInput
						{...ids}
						inputMode="numeric"
						placeholder={own.cpus}
						value={draft.cpus}
						onChange={(event) => onChange({ cpus: event.target.value })}
					/>
				)}
			</Field>
			<Field label={words.memory} help={words.memoryHelp} error={issues.memory && strings.templateForm.sizeError}>
				{(ids) => (
					<TextInput
						{...ids}
						placeholder={own.memory}
						value={draft.memory}
						onChange={(event) => onChange({ memory: event.target.value })}
					/>
				)}
			</Field>
			<Field label={words.disk} help={words.diskHelp} error={issues.disk && strings.templateForm.sizeError}>
				{(ids) => (
					<TextInput
						{...ids}
						placeholder={own.disk}
						value={draft.disk}
						onChange={(event) => onChange({ disk: event.target.value })}
					/>
				)}
			</Field>
			<div className="col-span-3">
				<Field label={words.network} error={issues.network}>
					{(ids) => (
						<SelectInput
							{...ids}
							value={draft.network}
							onChange={(event) => {
								const choice = networks.find(({ value }) => value === event.target.value);
								if (choice !== undefined) onChange({ network: choice.value });
							}}
							choices={networks}
						/>
					)}
				</Field>
			</div>
		</div>
	);
}
