import { Controller, type UseFormReturn } from "react-hook-form";
import type { AddedMachine } from "../../contract/added-machine.ts";
import { Field, TextInput } from "../components/field.tsx";
import { ParsedInput } from "../components/parsed-input.tsx";
import { formatBytes } from "../format/bytes.ts";
import { parseSize } from "../format/lists.ts";
import { useLibrary } from "../stores/library.ts";
import { strings } from "../strings.ts";
import { defaultsOf } from "./machine-source.tsx";

const words = strings.addMachine;

/** CPUs and memory, for who wants others than its source has. */
export function MachineSizes({ form }: { form: UseFormReturn<AddedMachine> }) {
	const { kind, name } = form.watch("source");
	const defaults = defaultsOf(kind, name, useLibrary().data);
	const { noLimit } = strings.library.details;
	return (
		<div className="grid grid-cols-2 items-start gap-3">
			<Field label={words.cpus} error={form.formState.errors.cpus && strings.templateForm.numberError}>
				{(ids) => (
					<TextInput
						{...ids}
						inputMode="decimal"
						placeholder={words.fromSource(defaults?.cpus === undefined ? noLimit : String(defaults.cpus ?? noLimit))}
						{...form.register("cpus", {
							setValueAs: (value: unknown) => (value === undefined || value === "" ? undefined : Number(value)),
						})}
					/>
				)}
			</Field>
			<Controller
				control={form.control}
				name="memoryBytes"
				render={({ field, fieldState }) => (
					<Field label={words.memory} error={fieldState.error && strings.templateForm.sizeError}>
						{(ids) => (
							<ParsedInput<number | undefined>
								{...ids}
								placeholder={words.fromSource(
									defaults?.memoryBytes == null ? noLimit : formatBytes(defaults.memoryBytes),
								)}
								value={field.value}
								format={(bytes) => (bytes === undefined ? "" : formatBytes(bytes))}
								parse={(text) => parseSize(text) ?? undefined}
								onChange={field.onChange}
								onBlur={field.onBlur}
							/>
						)}
					</Field>
				)}
			/>
		</div>
	);
}
