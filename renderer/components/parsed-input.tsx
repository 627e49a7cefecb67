import { type ComponentProps, useState } from "react";
import { classes } from "../format/join.ts";
import { TextInput } from "./field.tsx";

interface Parsed<T> {
	value: T;
	format: (value: T) => string;
	parse: (text: string) => T;
	onChange: (value: T) => void;
}

/** A text box for a value that is no text: what is typed stays as it is typed, and its value goes out. */
export function ParsedInput<T>({
	value,
	format,
	parse,
	onChange,
	...rest
}: Parsed<T> & Omit<ComponentProps<typeof TextInput>, "value" | "onChange">) {
	const [text, setText] = useState(() => format(value));
	return (
		<TextInput
			{...rest}
			value={text}
			onChange={(event) => {
				setText(event.target.value);
				onChange(parse(event.target.value));
			}}
		/>
	);
}

const area =
	"block w-full resize-y rounded-md border border-line-strong bg-surface px-2 py-1 text-text placeholder:text-faint hover:border-muted disabled:opacity-50 aria-invalid:border-bad";

export function TextArea({ isCode, ...rest }: Omit<ComponentProps<"textarea">, "className"> & { isCode?: boolean }) {
	return (
		<textarea spellCheck={false} rows={3} {...rest} className={classes(area, isCode === true && "font-mono text-sm")} />
	);
}

/** The same with several lines. */
export function ParsedTextArea<T>({
	value,
	format,
	parse,
	onChange,
	...rest
}: Parsed<T> & Omit<ComponentProps<typeof TextArea>, "value" | "onChange">) {
	const [text, setText] = useState(() => format(value));
	return (
		<TextArea
			{...rest}
			value={text}
			onChange={(event) => {
				setText(event.target.value);
				onChange(parse(event.target.value));
			}}
		/>
	);
}
