import type { UseFormRegisterReturn } from "react-hook-form";
import { Field, TextInput } from "../components/field.tsx";
import { TextArea } from "../components/parsed-input.tsx";
import { strings } from "../strings.ts";

const words = strings.snapshots;

interface TextFieldProps {
	/** What the form's `register` gives for it. */
	readonly registration: UseFormRegisterReturn;
	readonly error: string | undefined;
}

export function SnapshotName({ registration, error }: TextFieldProps) {
	return (
		<Field label={words.name} help={words.nameHelp} error={error}>
			{(ids) => <TextInput {...ids} isCode {...registration} />}
		</Field>
	);
}

export function SnapshotDescription({ registration, error }: TextFieldProps) {
	return (
		<Field label={words.description} help="" error={error}>
			{(ids) => <TextArea {...ids} {...registration} />}
		</Field>
	);
}
