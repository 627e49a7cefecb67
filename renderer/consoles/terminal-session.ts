import { FitAddon } from "@xterm/addon-fit";
import { SearchAddon } from "@xterm/addon-search";
import { WebLinksAddon } from "@xterm/addon-web-links";
import { Terminal } from "@xterm/xterm";
import "@xterm/xterm/css/xterm.css";
import type { ChannelRequest } from "../../contract/consoles.ts";
import { shell } from "../bridge/shell.ts";
import { strings } from "../strings.ts";
import type { ConsoleChannel, OpenChannel } from "./console-channel.ts";
import { type ConsoleSession, type ConsoleStatus, hasEnded, Observed, statusOfEnd } from "./console-status.ts";
import { terminalTheme } from "./terminal-theme.ts";

export interface TerminalOptions {
	open: OpenChannel;
	/** The request for this size; `session` to attach to, null for a new one. */
	request: (size: { columns: number; rows: number }, session: string | null) => ChannelRequest;
	/** A session that lived before the window was loaded again. */
	session: string | null;
	onSession: (session: string | null) => void;
	scrollback: number;
	/** False for a machine's output, which takes no input. */
	isInteractive: boolean;
	/** A serial line: each connection begins with what it wrote before, and it can carry a break. */
	isSerial: boolean;
}

const dim = (text: string): string => `\x1b[2m${text}\x1b[0m\r\n`;

/** An xterm terminal on a channel. What the guest writes is drawn as text and never becomes HTML. */
export class TerminalSession implements ConsoleSession {
	readonly element = document.createElement("div");
	readonly status = new Observed<ConsoleStatus>({ state: "connecting" });
	readonly #options: TerminalOptions;
	readonly #terminal: Terminal;
	readonly #fit = new FitAddon();
	readonly #search = new SearchAddon();
	readonly #observer: ResizeObserver;
	readonly #scheme = matchMedia("(prefers-color-scheme: dark)");
	#channel: ConsoleChannel | null = null;
	#session: string | null;
	#isAttaching = false;

	constructor(options: TerminalOptions) {
		this.#options = options;
		this.#session = options.session;
		this.element.className = "absolute inset-0";
		const openLink = (_event: MouseEvent, address: string): void => {
			// The shell asks the person first, and takes http and https only.
			void shell().openLink(address);
		};
		this.#terminal = new Terminal({
			scrollback: options.scrollback,
			fontFamily: getComputedStyle(document.documentElement).getPropertyValue("--font-code"),
			fontSize: 13,
			lineHeight: 1.15,
			cursorBlink: !matchMedia("(prefers-reduced-motion: reduce)").matches,
			disableStdin: !options.isInteractive,
			convertEol: !options.isInteractive,
			screenReaderMode: false,
			theme: terminalTheme(),
			linkHandler: { activate: openLink },
		});
		this.#terminal.loadAddon(this.#fit);
		this.#terminal.loadAddon(this.#search);
		this.#terminal.loadAddon(new WebLinksAddon(openLink));
		this.#terminal.attachCustomKeyEventHandler((event) => this.#isForTerminal(event));
		this.#terminal.onData((text) => this.#channel?.write(new TextEncoder().encode(text)));
		// Mouse reports of old protocols are bytes, not text.
		this.#terminal.onBinary((text) => this.#channel?.write(Uint8Array.from(text, (one) => one.charCodeAt(0))));
		this.#terminal.onResize(({ cols, rows }) => this.#channel?.resize(cols, rows));
		this.#observer = new ResizeObserver(() => this.#refit());
		this.#observer.observe(this.element);
		this.#scheme.addEventListener("change", this.#retheme);
	}

	/** Call once the element is in the page: only then its size is known. */
	start(): void {
		this.#terminal.open(this.element);
		this.#refit();
		this.#connect();
	}

	restart(): void {
		if (!hasEnded(this.status.get())) return;
		if (this.status.get().state !== "lost") this.#session = null;
		this.#connect();
		this.focus();
	}

	focus(): void {
		this.#terminal.focus();
	}

	get isSerial(): boolean {
		return this.#options.isSerial;
	}

	sendBreak(): void {
		this.#channel?.sendBreak();
		this.focus();
	}

	find(text: string, direction: "next" | "previous"): void {
		if (text === "") this.#terminal.clearSelection();
		else if (direction === "next") this.#search.findNext(text, { incremental: false });
		else this.#search.findPrevious(text);
	}

	clear(): void {
		this.#terminal.clear();
	}

	dispose(): void {
		// The tab is closed by the person, so the shell in the machine ends with it.
		this.#channel?.end();
		this.#channel?.close();
		this.#observer.disconnect();
		this.#scheme.removeEventListener("change", this.#retheme);
		this.#terminal.dispose();
		this.element.remove();
	}

	#connect(): void {
		this.status.set({ state: "connecting" });
		this.#isAttaching = this.#session !== null;
		const size = { columns: this.#terminal.cols, rows: this.#terminal.rows };
		this.#channel = this.#options.open(this.#options.request(size, this.#session), {
			onOpened: (session) => {
				// An attached session sends what it kept, so the screen begins empty.
				if (this.#isAttaching || this.#options.isSerial) this.#terminal.reset();
				this.#isAttaching = false;
				this.#remember(session);
				this.status.set({ state: "open" });
				this.#channel?.resize(this.#terminal.cols, this.#terminal.rows);
			},
			onBytes: (bytes) => this.#terminal.write(bytes, () => this.#channel?.ack(bytes.length)),
			onEnd: (end) => {
				this.#channel = null;
				if (this.#isAttaching && end.error?.code === "CONSOLE_NOT_FOUND") {
					this.#remember(null);
					this.#terminal.write(dim(strings.consoles.newShell));
					this.#connect();
					return;
				}
				const status = statusOfEnd(end);
				if (status.state !== "lost") this.#remember(null);
				this.status.set(status);
			},
		});
	}

	#remember(session: string | null): void {
		this.#session = session;
		this.#options.onSession(session);
	}

	/** Copying by the keyboard; and what the app's own shortcuts need passes the terminal by. */
	#isForTerminal(event: KeyboardEvent): boolean {
		if (event.type !== "keydown" || !event.ctrlKey || !event.shiftKey) return true;
		if (event.code === "KeyC") {
			// xterm answers the copy event with its selection.
			document.execCommand("copy");
			event.preventDefault();
		}
		return false;
	}

	#refit(): void {
		// A folded dock has no height: keep the size that the shell knows.
		if (this.element.clientHeight < 40 || this.#terminal.element === undefined) return;
		this.#fit.fit();
	}

	readonly #retheme = (): void => {
		this.#terminal.options.theme = terminalTheme();
	};
}
