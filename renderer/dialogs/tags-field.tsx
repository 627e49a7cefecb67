import { type Control, Controller, type FieldPathByValue, type FieldValues } from "react-hook-form";
import { Field } from "../components/field.tsx";
import { ParsedInput } from "../components/parsed-input.tsx";
import { parseList } from "../format/lists.ts";
import { strings } from "../strings.ts";

const words = strings.snapshots;

/** Tags of an entry, as words between commas. */
export function TagsField<T extends FieldValues>(props: {
	control: Control<T>;
	name: FieldPathByValue<T, string[] | undefined>;
}) {
	return (
		<Controller
			control={props.control}
			name={props.name}
			render={({ field, fieldState }) => (
				<Field label={words.tags} help={words.tagsHelp} error={fieldState.error?.message}>
					{(ids) => (
						<ParsedInput<string[] | undefined>
							{...ids}
							value={field.value}
							format={(tags) => (tags ?? []).join(", ")}
							parse={parseList}
							onChange={field.onChange}
							onBlur={field.onBlur}
						/>
					)}
				</Field>
			)}
		/>
	);
}
