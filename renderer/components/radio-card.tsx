import type { ReactNode } from "react";
import { classes } from "../format/join.ts";

/** One of a few ways that are explained, also why it is none now. */
export function RadioCard(props: {
	/** Of the group: one of its cards is taken. */
	name: string;
	title: ReactNode;
	explanation: string;
	/** Why it cannot be taken. */
	problem: string | null;
	isChosen: boolean;
	isDisabled: boolean;
	onChoose: () => void;
}) {
	return (
		<label
			className={classes(
				"grid grid-cols-[14px_minmax(0,1fr)] items-start gap-x-2 rounded-md border px-3 py-2",
				props.isChosen ? "border-accent bg-selected" : "border-line",
				props.isDisabled && "opacity-70",
			)}
		>
			<input
				type="radio"
				name={props.name}
				checked={props.isChosen}
				disabled={props.isDisabled}
				onChange={props.onChoose}
				className="mt-1 size-3.5 accent-accent"
			/>
			<span>
				{props.title}
				<span className="block text-sm text-muted">{props.explanation}</span>
				{props.problem !== null && <span className="block text-sm text-warn">{props.problem}</span>}
			</span>
		</label>
	);
}
