import { useEffect, useRef, useState } from "react";
import { Button } from "../components/button.tsx";
import { TextInput } from "../components/field.tsx";
import { ErrorNotice, Notice } from "../components/notice.tsx";
import { classes } from "../format/join.ts";
import { type ConsoleTab, useConsoles } from "../stores/consoles.ts";
import { strings } from "../strings.ts";
import { type ConsoleStatus, hasEnded } from "./console-status.ts";
import { ConsoleToolbar } from "./console-toolbar.tsx";
import { type AnySession, mountSession } from "./sessions.ts";
import { useObserved } from "./use-console-status.ts";
import { VncSession } from "./vnc-session.ts";

/** One console of the dock. It stays in the page while hidden, so that it keeps its size and its content. */
export default function ConsoleView({ tab, isActive }: { tab: ConsoleTab; isActive: boolean }) {
	const host = useRef<HTMLDivElement>(null);
	const [session, setSession] = useState<AnySession | null>(null);
	const focusRequests = useConsoles((state) => state.focusRequests);

	// biome-ignore lint/correctness/useExhaustiveDependencies: a tab's console is made once; its session id changes while it lives
	useEffect(() => {
		if (host.current !== null) setSession(mountSession(tab, host.current));
	}, [tab.id]);

	// biome-ignore lint/correctness/useExhaustiveDependencies: each request moves the keyboard again
	useEffect(() => {
		if (isActive) session?.focus();
	}, [isActive, session, focusRequests]);

	return (
		<section
			aria-label={strings.consoles.kindOf(tab.kind, tab.machine)}
			aria-hidden={!isActive}
			data-console={tab.kind}
			data-machine={tab.machine}
			className={classes("absolute inset-0 flex flex-col bg-surface", !isActive && "invisible")}
		>
			{session !== null && <ConsoleToolbar tab={tab} session={session} />}
			<div ref={host} className="relative min-h-0 flex-1 overflow-hidden" />
			{session !== null && <ConsoleFooter tab={tab} session={session} />}
		</section>
	);
}

/** What stands under a console that is not simply open: why, and the way on. */
function ConsoleFooter({ tab, session }: { tab: ConsoleTab; session: AnySession }) {
	const status = useObserved(session.status);
	if (status.state === "password" && session instanceof VncSession) return <PasswordForm session={session} />;
	if (!hasEnded(status)) return null;
	const again = (
		<Button isSmall look="primary" onClick={() => session.restart()}>
			{tab.kind === "shell" && status.state !== "lost" ? strings.consoles.startAgain : strings.consoles.reconnect}
		</Button>
	);
	return (
		<div className="shrink-0 p-2">
			{status.state === "failed" ? (
				<ErrorNotice error={status.error} actions={again} />
			) : (
				<Notice tone={status.state === "lost" ? "warn" : "idle"} title={endSentence(tab, status)} actions={again} />
			)}
		</div>
	);
}

function endSentence(tab: ConsoleTab, status: ConsoleStatus): string {
	if (status.state === "lost") return strings.consoles.lost;
	if (tab.kind === "vnc") return strings.consoles.screenEnded;
	if (tab.kind === "logs") return strings.consoles.logsEnded;
	if (tab.kind === "serial") return strings.vms.consoles.serialEnded;
	return strings.consoles.exited(status.state === "exited" ? status.exitCode : null);
}

function PasswordForm({ session }: { session: VncSession }) {
	const [password, setPassword] = useState("");
	return (
		<form
			className="flex shrink-0 items-center gap-2 border-t border-line p-2"
			onSubmit={(event) => {
				event.preventDefault();
				session.sendPassword(password);
			}}
		>
			<span className="w-64">
				<TextInput
					type="password"
					aria-label={strings.consoles.password}
					placeholder={strings.consoles.password}
					value={password}
					onChange={(event) => setPassword(event.target.value)}
				/>
			</span>
			<Button type="submit">{strings.consoles.sendPassword}</Button>
		</form>
	);
}
