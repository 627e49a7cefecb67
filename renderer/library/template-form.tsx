import { zodResolver } from "@hookform/resolvers/zod";
import { Controller, type FieldError, type UseFormReturn, useForm } from "react-hook-form";
import { type TemplateInput, templateInput } from "../../contract/library.ts";
import { Button } from "../components/button.tsx";
import { Checkbox, type Choice, Field, SelectInput, TextInput } from "../components/field.tsx";
import { ErrorNotice } from "../components/notice.tsx";
import { Section } from "../components/page.tsx";
import { ParsedInput, ParsedTextArea, TextArea } from "../components/parsed-input.tsx";
import { TagsField } from "../dialogs/tags-field.tsx";
import { formatBytes } from "../format/bytes.ts";
import { formatEnvironment, parseEnvironment, parseLines, parseList, parseSize } from "../format/lists.ts";
import { useSubmit } from "../hooks/use-submit.ts";
import { strings } from "../strings.ts";
import { ReadinessField } from "./readiness-field.tsx";

const words = strings.templateForm;
type Form = UseFormReturn<TemplateInput>;

/** Everything that a person can say of a template. */
export function TemplateForm(props: {
	label: string;
	values: TemplateInput;
	/** A template that is there keeps its name. */
	isNameFixed: boolean;
	/** The word on the button. */
	action: string;
	/** Resolves when it is done; what it throws is shown over the buttons. */
	onSave: (input: TemplateInput) => Promise<void>;
	onCancel: () => void;
}) {
	const form = useForm<TemplateInput>({
		resolver: zodResolver(templateInput),
		defaultValues: props.values,
		mode: "onBlur",
	});
	const { error, submit } = useSubmit();
	const save = form.handleSubmit(async (input) => {
		await submit(() => props.onSave(input));
	});
	return (
		<form noValidate aria-label={props.label} onSubmit={save}>
			<Section title={words.whatItIs}>
				<WhatItIs form={form} isNameFixed={props.isNameFixed} />
			</Section>
			<Section title={words.whatItGets}>
				<WhatItGets form={form} />
			</Section>
			<Section title={words.howItStarts}>
				<HowItStarts form={form} />
			</Section>
			{error !== null && (
				<div className="mb-4">
					<ErrorNotice error={error} />
				</div>
			)}
			<div className="mb-8 flex gap-2">
				<Button type="submit" look="primary" isBusy={form.formState.isSubmitting}>
					{props.action}
				</Button>
				<Button onClick={props.onCancel}>{words.cancel}</Button>
			</div>
		</form>
	);
}

function choices<T extends string>(titles: Record<T, string>): Choice<T>[] {
	return (Object.entries(titles) as [T, string][]).map(([value, title]) => ({ value, title }));
}

const { range: _range, ...templateKinds } = strings.library.kinds;

function WhatItIs({ form, isNameFixed }: { form: Form; isNameFixed: boolean }) {
	const { errors } = form.formState;
	return (
		<div className="grid grid-cols-2 items-start gap-x-4 gap-y-3">
			<Field label={words.name} help={isNameFixed ? "" : strings.snapshots.nameHelp} error={errors.name?.message}>
				{(ids) => <TextInput {...ids} isCode readOnly={isNameFixed} {...form.register("name")} />}
			</Field>
			<Field label={words.title} help="" error={errors.title?.message}>
				{(ids) => <TextInput {...ids} {...form.register("title")} />}
			</Field>
			<div className="col-span-2">
				<Field label={words.description} help="" error={errors.description?.message}>
					{(ids) => <TextArea {...ids} {...form.register("description")} />}
				</Field>
			</div>
			<Field label={words.image} help="" error={errors.image?.message}>
				{(ids) => <TextInput {...ids} isCode {...form.register("image")} />}
			</Field>
			<TagsField control={form.control} name="tags" />
			<Field label={words.os} help="" error={errors.os?.message}>
				{(ids) => <SelectInput {...ids} {...form.register("os")} choices={choices(strings.library.osFamilies)} />}
			</Field>
			<Field label={words.kind} help="" error={errors.kind?.message}>
				{(ids) => <SelectInput {...ids} {...form.register("kind")} choices={choices(templateKinds)} />}
			</Field>
			{form.watch("kind") !== "container" && (
				<div className="col-span-2">
					<Field label={words.provider} help={words.providerHelp} error={errors.provider?.message}>
						{(ids) => (
							<SelectInput
								{...ids}
								{...form.register("provider", { setValueAs: (value) => value || undefined })}
								choices={[{ value: "", title: words.providerOfImage }, ...choices(words.providers)]}
							/>
						)}
					</Field>
				</div>
			)}
			<Field label={words.display} help="" error={errors.display?.message}>
				{(ids) => (
					<SelectInput {...ids} {...form.register("display")} choices={choices(strings.library.details.displays)} />
				)}
			</Field>
			<Field label={words.architecture} help="" error={errors.architecture?.message}>
				{(ids) => <SelectInput {...ids} {...form.register("architecture")} choices={choices(words.architectures)} />}
			</Field>
		</div>
	);
}

function WhatItGets({ form }: { form: Form }) {
	const { errors } = form.formState;
	return (
		<div className="grid grid-cols-3 items-start gap-x-4 gap-y-3">
			<Field label={words.cpus} help={words.cpusHelp} error={errors.cpus && words.numberError}>
				{(ids) => <TextInput {...ids} inputMode="decimal" {...form.register("cpus", optionalNumber)} />}
			</Field>
			<SizeField form={form} name="memoryBytes" label={words.memory} />
			<SizeField form={form} name="diskBytes" label={words.disk} />
			<Field label={words.vncPort} help={words.vncPortHelp} error={errors.vncPort && words.numberError}>
				{(ids) => <TextInput {...ids} inputMode="numeric" {...form.register("vncPort", optionalNumber)} />}
			</Field>
			<div className="col-span-2 pt-6">
				<Checkbox label={words.serial} help={words.serialHelp} {...form.register("serial")} />
			</div>
		</div>
	);
}

/** The box holds null or a number until something is typed in it. */
const optionalNumber = {
	setValueAs: (value: unknown) => (value === null || value === undefined || value === "" ? null : Number(value)),
};

function SizeField({ form, name, label }: { form: Form; name: "memoryBytes" | "diskBytes"; label: string }) {
	return (
		<Controller
			control={form.control}
			name={name}
			render={({ field, fieldState }) => (
				<Field label={label} help={words.sizeHelp} error={fieldState.error && words.sizeError}>
					{(ids) => (
						<ParsedInput<number | null>
							{...ids}
							value={field.value ?? null}
							// A size with too many digits for its unit is shown in bytes, so that saving does not round it.
							format={(bytes) => (bytes === null ? "" : exactBytes(bytes))}
							parse={parseSize}
							onChange={field.onChange}
							onBlur={field.onBlur}
						/>
					)}
				</Field>
			)}
		/>
	);
}

function exactBytes(bytes: number): string {
	const text = formatBytes(bytes);
	return parseSize(text) === bytes ? text : String(bytes);
}

function HowItStarts({ form }: { form: Form }) {
	return (
		<div className="grid grid-cols-2 items-start gap-x-4 gap-y-3">
			<Controller
				control={form.control}
				name="command"
				render={({ field, fieldState }) => (
					<Field label={words.command} help={words.commandHelp} error={messageOf(fieldState.error)}>
						{(ids) => (
							<ParsedTextArea<string[] | null>
								{...ids}
								isCode
								value={field.value ?? null}
								format={(command) => (command ?? []).join("\n")}
								parse={(text) => {
									const parts = parseLines(text);
									return parts.length === 0 ? null : parts;
								}}
								onChange={field.onChange}
								onBlur={field.onBlur}
							/>
						)}
					</Field>
				)}
			/>
			<Controller
				control={form.control}
				name="environment"
				render={({ field, fieldState }) => (
					<Field label={words.environment} help={words.environmentHelp} error={messageOf(fieldState.error)}>
						{(ids) => (
							<ParsedTextArea<Record<string, string>>
								{...ids}
								isCode
								value={field.value ?? {}}
								format={formatEnvironment}
								parse={parseEnvironment}
								onChange={field.onChange}
								onBlur={field.onBlur}
							/>
						)}
					</Field>
				)}
			/>
			<Controller
				control={form.control}
				name="ports"
				render={({ field, fieldState }) => (
					<Field label={words.ports} help={words.portsHelp} error={messageOf(fieldState.error)}>
						{(ids) => (
							<ParsedInput<string[]>
								{...ids}
								isCode
								value={field.value ?? []}
								format={(ports) => ports.join(", ")}
								parse={parseList}
								onChange={field.onChange}
								onBlur={field.onBlur}
							/>
						)}
					</Field>
				)}
			/>
			<Controller
				control={form.control}
				name="readiness"
				render={({ field, fieldState }) => (
					<ReadinessField
						value={field.value ?? null}
						error={fieldState.error && words.readinessError}
						onChange={field.onChange}
					/>
				)}
			/>
		</div>
	);
}

/** A list's own message, or that of its first part that is wrong. */
function messageOf(error: FieldError | undefined): string | undefined {
	if (error === undefined) return undefined;
	if (error.message !== undefined) return error.message;
	const part = Object.values(error).find(
		(one): one is { message: string } => typeof one === "object" && one !== null && "message" in one,
	);
	return part?.message ?? words.readinessError;
}
