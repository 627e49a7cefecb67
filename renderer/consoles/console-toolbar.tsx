import { ChevronDown, ChevronUp, Eraser, Keyboard, Maximize, Search, Shrink, X, Zap } from "lucide-react";
import { useRef, useState } from "react";
import { navigateTo, paths } from "../app/navigation.ts";
import { IconButton } from "../components/button.tsx";
import { classes } from "../format/join.ts";
import type { ConsoleTab } from "../stores/consoles.ts";
import { strings } from "../strings.ts";
import type { AnySession } from "./sessions.ts";
import { TerminalSession } from "./terminal-session.ts";
import { useObserved } from "./use-console-status.ts";
import type { VncSession } from "./vnc-session.ts";

const tones = {
	connecting: "text-busy",
	open: "text-ok",
	password: "text-warn",
	exited: "text-muted",
	lost: "text-warn",
	failed: "text-bad",
} as const;

/** The line over a console: whose it is, how it is, and its own actions. */
export function ConsoleToolbar({ tab, session }: { tab: ConsoleTab; session: AnySession }) {
	const { state } = useObserved(session.status);
	return (
		<div className="flex h-7 shrink-0 items-center gap-2 border-b border-line px-3 text-sm">
			<button
				type="button"
				onClick={() => navigateTo(tab.rangeId === "" && tab.vm !== null ? paths.vm(tab.vm) : paths.range(tab.rangeId))}
				className="-mx-1 truncate rounded-sm px-1 text-muted hover:bg-hover hover:text-text"
			>
				{tab.rangeName}
			</button>
			<span className="font-medium">{tab.machine}</span>
			<span role="status" data-console-state={state} className={classes("font-medium", tones[state])}>
				{strings.consoleStates[state]}
			</span>
			<span className="ml-auto flex items-center">
				{session instanceof TerminalSession ? <TerminalTools session={session} /> : <ScreenTools session={session} />}
			</span>
		</div>
	);
}

function TerminalTools({ session }: { session: TerminalSession }) {
	const [isSearching, setSearching] = useState(false);
	const [text, setText] = useState("");
	const input = useRef<HTMLInputElement>(null);
	const close = (): void => {
		setSearching(false);
		session.find("", "next");
		session.focus();
	};
	if (!isSearching) {
		return (
			<>
				{session.isSerial && (
					<IconButton isSmall icon={Zap} label={strings.vms.consoles.sendBreak} onClick={() => session.sendBreak()} />
				)}
				<IconButton isSmall icon={Search} label={strings.consoles.search} onClick={() => setSearching(true)} />
				<IconButton
					isSmall
					icon={Eraser}
					label={strings.consoles.clear}
					onClick={() => {
						session.clear();
						session.focus();
					}}
				/>
			</>
		);
	}
	return (
		<search className="flex items-center">
			<input
				ref={input}
				// biome-ignore lint/a11y/noAutofocus: it opens by a press on search
				autoFocus
				type="search"
				aria-label={strings.consoles.search}
				placeholder={strings.consoles.search}
				value={text}
				onChange={(event) => {
					setText(event.target.value);
					session.find(event.target.value, "next");
				}}
				onKeyDown={(event) => {
					if (event.key === "Escape") close();
					if (event.key === "Enter") session.find(text, event.shiftKey ? "previous" : "next");
				}}
				className="h-5 w-40 rounded-sm border border-line-strong bg-surface px-1.5"
			/>
			<IconButton
				isSmall
				icon={ChevronUp}
				label={strings.consoles.previous}
				onClick={() => session.find(text, "previous")}
			/>
			<IconButton isSmall icon={ChevronDown} label={strings.consoles.next} onClick={() => session.find(text, "next")} />
			<IconButton isSmall icon={X} label={strings.consoles.closeSearch} onClick={close} />
		</search>
	);
}

function ScreenTools({ session }: { session: VncSession }) {
	const isScaled = useObserved(session.isScaled);
	const { state } = useObserved(session.status);
	return (
		<>
			<IconButton
				isSmall
				icon={Keyboard}
				label={strings.consoles.ctrlAltDel}
				disabled={state !== "open"}
				onClick={() => session.sendCtrlAltDel()}
			/>
			<IconButton
				isSmall
				icon={isScaled ? Maximize : Shrink}
				label={isScaled ? strings.consoles.ownSize : strings.consoles.fitSize}
				onClick={() => session.toggleScale()}
			/>
		</>
	);
}
