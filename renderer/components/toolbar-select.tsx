import { type Choice, SelectInput } from "./field.tsx";

/** A choice in a toolbar; its name is for readers, the choices say what they are. */
export function ToolbarSelect<T extends string>(props: {
	label: string;
	value: T;
	choices: readonly Choice<T>[];
	onChange: (value: T) => void;
}) {
	return (
		<span className="w-36">
			<SelectInput
				aria-label={props.label}
				value={props.value}
				onChange={(event) => {
					const choice = props.choices.find(({ value }) => value === event.target.value);
					if (choice !== undefined) props.onChange(choice.value);
				}}
				choices={props.choices}
			/>
		</span>
	);
}
