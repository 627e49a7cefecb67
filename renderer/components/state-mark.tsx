import { classes } from "../format/join.ts";
import { type Mark, type Shape, toneText, toneTint } from "./states.ts";

/** The shapes, each on a 12 by 12 grid. */
function Glyph({ shape }: { shape: Shape }) {
	const line = { fill: "none", stroke: "currentColor", strokeWidth: 1.75, strokeLinecap: "round" as const };
	switch (shape) {
		case "disc":
			return <circle cx="6" cy="6" r="4" fill="currentColor" />;
		case "check":
			return (
				<>
					<circle cx="6" cy="6" r="5.5" fill="currentColor" />
					<path d="M3.6 6.2 5.3 7.9 8.5 4.4" {...line} stroke="var(--surface)" strokeLinejoin="round" />
				</>
			);
		case "turning":
			return (
				<>
					<circle cx="6" cy="6" r="4.5" {...line} strokeOpacity="0.3" />
					<path d="M6 1.5A4.5 4.5 0 0 1 10.5 6" {...line} />
				</>
			);
		case "square":
			return <rect x="2" y="2" width="8" height="8" rx="1" {...line} strokeWidth="1.5" />;
		case "bars":
			return <path d="M4 2.5v7M8 2.5v7" {...line} strokeWidth="2" />;
		case "triangle":
			return (
				<>
					<path d="M6 .8 11.6 10.8H.4Z" fill="currentColor" strokeLinejoin="round" />
					<path d="M6 4.4v2.6M6 8.8v.2" {...line} stroke="var(--surface)" strokeWidth="1.4" />
				</>
			);
		case "cross":
			return (
				<>
					<rect x="1" y="1" width="10" height="10" rx="5" fill="currentColor" transform="rotate(45 6 6)" />
					<path d="M4.1 4.1 7.9 7.9M7.9 4.1 4.1 7.9" {...line} stroke="var(--surface)" strokeWidth="1.5" />
				</>
			);
		case "ring":
			return <circle cx="6" cy="6" r="3.5" {...line} strokeWidth="1.5" strokeDasharray="1.8 1.9" />;
	}
}

/** The mark alone, for where the word stands beside it already. */
export function StateGlyph({ mark, className }: { mark: Mark; className?: string }) {
	return (
		<svg
			viewBox="0 0 12 12"
			width="12"
			height="12"
			aria-hidden="true"
			className={classes("shrink-0", toneText[mark.tone], mark.shape === "turning" && "turning", className)}
		>
			<Glyph shape={mark.shape} />
		</svg>
	);
}

/** A state by colour, shape and word. */
export function StateMark({ mark, word, isTinted = false }: { mark: Mark; word: string; isTinted?: boolean }) {
	return (
		<span
			className={classes(
				"inline-flex items-center gap-1.5 align-middle whitespace-nowrap text-sm font-medium",
				toneText[mark.tone],
				isTinted && "rounded-sm px-1.5 py-0.5",
				isTinted && toneTint[mark.tone],
			)}
		>
			<StateGlyph mark={mark} />
			{word}
		</span>
	);
}
