import { Search, X } from "lucide-react";
import type { ComponentProps, ReactNode } from "react";
import { useId } from "react";
import { classes } from "../format/join.ts";
import { strings } from "../strings.ts";
import { IconButton } from "./button.tsx";

const box =
	"h-7 w-full rounded-md border border-line-strong bg-surface px-2 text-text placeholder:text-faint hover:border-muted disabled:opacity-50 aria-invalid:border-bad";

export function TextInput({ isCode, ...rest }: Omit<ComponentProps<"input">, "className"> & { isCode?: boolean }) {
	return (
		<input
			spellCheck={false}
			autoComplete="off"
			{...rest}
			className={classes(box, isCode === true && "font-mono text-sm")}
		/>
	);
}

export interface Choice<T extends string> {
	value: T;
	title: string;
}

export function SelectInput<T extends string>({
	choices,
	...rest
}: Omit<ComponentProps<"select">, "className" | "children"> & { choices: readonly Choice<T>[] }) {
	return (
		<select {...rest} className={classes(box, "pr-1")}>
			{choices.map((choice) => (
				<option key={choice.value} value={choice.value}>
					{choice.title}
				</option>
			))}
		</select>
	);
}

/** A search box. `/` puts the keyboard into it (see use-search-key.ts); Escape empties it. */
export function SearchInput(props: { label: string; value: string; onChange: (value: string) => void }) {
	return (
		<div className="relative w-64 max-w-full">
			<Search size={14} aria-hidden="true" className="pointer-events-none absolute top-1.75 left-2 text-faint" />
			<input
				type="search"
				data-search
				aria-label={props.label}
				placeholder={props.label}
				spellCheck={false}
				value={props.value}
				onChange={(event) => props.onChange(event.target.value)}
				onKeyDown={(event) => {
					if (event.key !== "Escape") return;
					if (props.value === "") event.currentTarget.blur();
					props.onChange("");
				}}
				className={classes(box, "pr-7 pl-7")}
			/>
			{props.value !== "" && (
				<span className="absolute top-0.5 right-0.5">
					<IconButton icon={X} isSmall label={strings.common.clearSearch} onClick={() => props.onChange("")} />
				</span>
			)}
		</div>
	);
}

/** A labelled field of a form: label, control, what it means, what is wrong with it. */
export function Field(props: {
	label: string;
	help?: string;
	error?: string | undefined;
	children: (ids: { id: string; "aria-describedby": string; "aria-invalid": boolean }) => ReactNode;
}) {
	const id = useId();
	return (
		<div className="grid gap-1">
			<label htmlFor={id} className="font-medium">
				{props.label}
			</label>
			{props.children({ id, "aria-describedby": `${id}-help`, "aria-invalid": props.error !== undefined })}
			<p
				id={`${id}-help`}
				role={props.error === undefined ? undefined : "alert"}
				className={classes("text-sm", props.error === undefined ? "text-faint" : "text-bad")}
			>
				{props.error ?? props.help}
			</p>
		</div>
	);
}

/** A box to tick, with what it means under it. */
export function Checkbox({
	label,
	help,
	...rest
}: Omit<ComponentProps<"input">, "className" | "type"> & { label: string; help: string }) {
	const id = useId();
	return (
		<div className="grid grid-cols-[14px_minmax(0,1fr)] items-center gap-x-2">
			<input {...rest} id={id} type="checkbox" aria-describedby={`${id}-help`} className="size-3.5 accent-accent" />
			<label htmlFor={id} className="font-medium">
				{label}
			</label>
			<p id={`${id}-help`} className="col-start-2 text-sm text-faint">
				{help}
			</p>
		</div>
	);
}

/** A few choices side by side, one taken. */
export function Segments<T extends string>(props: {
	label: string;
	value: T;
	choices: readonly (Choice<T> & { icon?: ReactNode })[];
	onChange: (value: T) => void;
}) {
	return (
		<fieldset
			aria-label={props.label}
			className="flex h-7 w-fit shrink-0 rounded-md border border-line bg-sunken p-0.5"
		>
			{props.choices.map((choice) => (
				<button
					key={choice.value}
					type="button"
					aria-pressed={choice.value === props.value}
					onClick={() => props.onChange(choice.value)}
					className="inline-flex items-center gap-1.5 rounded-sm px-2 text-sm text-muted hover:text-text aria-pressed:bg-surface aria-pressed:font-medium aria-pressed:text-text"
				>
					{choice.icon}
					{choice.title}
				</button>
			))}
		</fieldset>
	);
}
