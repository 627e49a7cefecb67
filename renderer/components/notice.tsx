import type { ReactNode } from "react";
import type { ErrorInfo } from "../../contract/errors.ts";
import { classes } from "../format/join.ts";
import { strings } from "../strings.ts";
import { StateGlyph } from "./state-mark.tsx";
import { type Shape, type Tone, toneTint } from "./states.ts";

const shapes: Record<Tone, Shape> = {
	ok: "check",
	busy: "turning",
	warn: "triangle",
	bad: "cross",
	idle: "disc",
	pause: "bars",
};

/** A short report in the page: what is the matter, and what to do. */
export function Notice(props: {
	tone: Tone;
	title: string;
	children?: ReactNode;
	actions?: ReactNode;
	isAlert?: boolean;
}) {
	return (
		<div
			role={props.isAlert === true ? "alert" : "status"}
			className={classes(
				"flex items-start gap-2.5 rounded-lg border px-3 py-2.5",
				props.tone === "idle" ? "border-line bg-surface" : `border-transparent ${toneTint[props.tone]}`,
			)}
		>
			<StateGlyph mark={{ tone: props.tone, shape: shapes[props.tone] }} className="mt-1" />
			<div className="selectable min-w-0 flex-1">
				<p className="font-medium break-words">{props.title}</p>
				{props.children}
			</div>
			{props.actions !== undefined && <div className="flex shrink-0 flex-wrap gap-2">{props.actions}</div>}
		</div>
	);
}

/** An error of the contract: the sentence, the remedy, and the evidence on demand. */
export function ErrorNotice({ error, title, actions }: { error: ErrorInfo; title?: string; actions?: ReactNode }) {
	return (
		<Notice tone="bad" isAlert title={title ?? error.message} actions={actions}>
			{title !== undefined && <p className="break-words">{error.message}</p>}
			{error.remedy !== null && <p className="mt-0.5 break-words text-muted">{error.remedy}</p>}
			{error.detail !== null && (
				<details className="mt-1.5">
					<summary className="text-sm text-muted">{strings.common.details}</summary>
					<pre className="mt-1 max-h-60 overflow-auto rounded-md bg-sunken p-2 font-mono text-sm whitespace-pre-wrap">
						{error.detail}
					</pre>
				</details>
			)}
		</Notice>
	);
}
