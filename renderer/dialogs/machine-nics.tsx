import { Plus, X } from "lucide-react";
import { type UseFormReturn, useFieldArray } from "react-hook-form";
import type { AddedMachine } from "../../contract/added-machine.ts";
import type { Network } from "../../contract/ranges.ts";
import { Button, IconButton } from "../components/button.tsx";
import { SelectInput, TextInput } from "../components/field.tsx";
import { strings } from "../strings.ts";

const words = strings.addMachine;
const optional = { setValueAs: (text: string | undefined) => (text?.trim() ? text.trim() : undefined) };

/** Where the machine stands: one line for each network card; the first holds the default route. */
export function MachineNics({ form, networks }: { form: UseFormReturn<AddedMachine>; networks: readonly Network[] }) {
	const { fields, append, remove } = useFieldArray({ control: form.control, name: "nics" });
	const errors = form.formState.errors.nics;
	const taken = new Set(form.watch("nics").map(({ network }) => network));
	const free = networks.find(({ name }) => !taken.has(name));
	return (
		<fieldset className="grid gap-1.5">
			<legend className="mb-1 font-medium">{words.nics}</legend>
			{fields.map((field, at) => {
				const error = errors?.[at]?.ip;
				return (
					<div key={field.id} className="grid grid-cols-[minmax(0,1fr)_minmax(0,1fr)_24px] items-center gap-2">
						<SelectInput
							aria-label={words.network(at + 1)}
							{...form.register(`nics.${at}.network`)}
							choices={networks.map(({ name, subnet }) => ({ value: name, title: `${name} (${subnet})` }))}
						/>
						<TextInput
							isCode
							aria-label={words.address(at + 1)}
							aria-invalid={error !== undefined}
							placeholder={words.nextFree}
							{...form.register(`nics.${at}.ip`, optional)}
						/>
						{fields.length > 1 && (
							<IconButton isSmall icon={X} label={words.removeNic(at + 1)} onClick={() => remove(at)} />
						)}
						{error !== undefined && (
							<p role="alert" className="col-span-3 text-sm text-bad">
								{words.addressError}
							</p>
						)}
					</div>
				);
			})}
			{free !== undefined && fields.length < 8 && (
				<div>
					<Button isSmall icon={Plus} onClick={() => append({ network: free.name })}>
						{words.addNic}
					</Button>
				</div>
			)}
		</fieldset>
	);
}
