import type { ChannelRequest } from "../../contract/consoles.ts";
import { openPort } from "../bridge/shell.ts";
import { type ConsoleTab, rememberSession, useConsoles } from "../stores/consoles.ts";
import { useEngine } from "../stores/engine.ts";
import { useSettings } from "../stores/settings.ts";
import { strings } from "../strings.ts";
import { ConsoleChannel, type OpenChannel } from "./console-channel.ts";
import { TerminalSession } from "./terminal-session.ts";
import { VncSession } from "./vnc-session.ts";

export type AnySession = TerminalSession | VncSession;

/** The living consoles by their tab. They are here and not in React, so that drawing the page anew cannot end one. */
const sessions = new Map<string, AnySession>();

const openChannel: OpenChannel = (request: ChannelRequest, listener) =>
	new ConsoleChannel(openPort({ kind: "channel", channel: request }), listener);

function create(tab: ConsoleTab): AnySession {
	const target = { range: tab.rangeId, machine: tab.machine };
	if (tab.kind === "vnc") {
		return new VncSession({
			open: openChannel,
			request: { kind: "vnc", ...target },
			label: strings.consoles.screenOf(tab.machine, tab.rangeName),
		});
	}
	const scrollback = useSettings.getState().settings?.scrollback ?? 10_000;
	return new TerminalSession({
		open: openChannel,
		request: (size, session) =>
			tab.kind === "shell"
				? { kind: "shell", ...target, ...size, ...(session === null ? {} : { session }) }
				: { kind: "logs", ...target, follow: true, tail: scrollback },
		session: tab.session,
		onSession: (session) => tab.kind === "shell" && rememberSession(tab.id, session),
		scrollback,
		isInteractive: tab.kind === "shell",
	});
}

/** The session of a tab, put into `host`; made and started when there is none yet. */
export function mountSession(tab: ConsoleTab, host: HTMLElement): AnySession {
	const present = sessions.get(tab.id);
	if (present !== undefined) {
		host.append(present.element);
		return present;
	}
	const session = create(tab);
	sessions.set(tab.id, session);
	host.append(session.element);
	session.start();
	return session;
}

// A tab that is gone takes its console with it.
useConsoles.subscribe(({ tabs }) => {
	const alive = new Set(tabs.map((tab) => tab.id));
	for (const [id, session] of sessions) {
		if (alive.has(id)) continue;
		sessions.delete(id);
		session.dispose();
	}
});

// The engine is back: consoles that it left hanging are attached again.
useEngine.subscribe((after, before) => {
	if (after.stream !== "live" || before.stream === "live") return;
	for (const session of sessions.values()) {
		if (session.status.get().state === "lost") session.restart();
	}
});
