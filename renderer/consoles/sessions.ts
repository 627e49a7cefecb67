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

/** What a tab asks the engine for: a virtual machine is reached by its UUID, all others by their range. */
function requestOf(tab: ConsoleTab, size: { columns: number; rows: number }, session: string | null): ChannelRequest {
	const target = { range: tab.rangeId, machine: tab.machine };
	const tail = scrollbackLines();
	switch (tab.kind) {
		case "serial":
			return { kind: "vm-serial", vm: tab.vm ?? tab.machine };
		case "vnc":
			return tab.vm === null ? { kind: "vnc", ...target } : { kind: "vm-vnc", vm: tab.vm };
		case "logs":
			return tab.vm === null
				? { kind: "logs", ...target, follow: true, tail }
				: { kind: "vm-logs", vm: tab.vm, follow: true, tail };
		case "shell":
			return { kind: "shell", ...target, ...size, ...(session === null ? {} : { session }) };
	}
}

const scrollbackLines = (): number => useSettings.getState().settings?.scrollback ?? 10_000;

function create(tab: ConsoleTab): AnySession {
	if (tab.kind === "vnc") {
		return new VncSession({
			open: openChannel,
			request: requestOf(tab, { columns: 80, rows: 25 }, null),
			label: strings.consoles.screenOf(tab.machine, tab.rangeName),
		});
	}
	return new TerminalSession({
		open: openChannel,
		request: (size, session) => requestOf(tab, size, session),
		session: tab.session,
		onSession: (session) => tab.kind === "shell" && rememberSession(tab.id, session),
		scrollback: scrollbackLines(),
		isInteractive: tab.kind !== "logs",
		isSerial: tab.kind === "serial",
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
