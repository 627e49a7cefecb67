import RFB from "@novnc/novnc";
import type { ChannelRequest } from "../../contract/consoles.ts";
import type { OpenChannel } from "./console-channel.ts";
import { type ConsoleSession, type ConsoleStatus, hasEnded, Observed, statusOfEnd } from "./console-status.ts";
import { RfbChannel } from "./rfb-channel.ts";

/** A machine's screen by noVNC over a channel. The clipboards of the two sides stay apart. */
export class VncSession implements ConsoleSession {
	readonly element = document.createElement("div");
	readonly status = new Observed<ConsoleStatus>({ state: "connecting" });
	/** True: the picture fits the dock. False: it has its own size and scrolls. */
	readonly isScaled = new Observed(true);
	readonly #open: OpenChannel;
	readonly #request: ChannelRequest;
	readonly #label: string;
	#rfb: RFB | null = null;

	constructor(options: { open: OpenChannel; request: ChannelRequest; label: string }) {
		this.#open = options.open;
		this.#request = options.request;
		this.#label = options.label;
		this.element.className = "absolute inset-0 overflow-auto bg-sunken";
	}

	/** Call once the element is in the page: noVNC measures it. */
	start(): void {
		this.#connect();
	}

	restart(): void {
		if (hasEnded(this.status.get())) this.#connect();
	}

	focus(): void {
		this.#rfb?.focus({ preventScroll: true });
	}

	sendCtrlAltDel(): void {
		this.#rfb?.sendCtrlAltDel();
		this.focus();
	}

	sendPassword(password: string): void {
		this.status.set({ state: "connecting" });
		this.#rfb?.sendCredentials({ password });
	}

	toggleScale(): void {
		this.isScaled.set(!this.isScaled.get());
		if (this.#rfb !== null) this.#rfb.scaleViewport = this.isScaled.get();
	}

	dispose(): void {
		this.#rfb?.disconnect();
		this.element.remove();
	}

	#connect(): void {
		this.status.set({ state: "connecting" });
		const raw = new RfbChannel();
		const rfb = new RFB(this.element, raw, { shared: true });
		this.#rfb = rfb;
		rfb.scaleViewport = this.isScaled.get();
		rfb.focusOnClick = true;
		rfb.background = "transparent";
		this.element.querySelector("canvas")?.setAttribute("aria-label", this.#label);
		raw.attach(
			this.#open(this.#request, {
				onOpened: () => raw.markOpen(),
				onBytes: (bytes) => raw.receive(bytes),
				onEnd: (end) => {
					this.status.set(statusOfEnd(end));
					raw.markClosed(end.error === null);
				},
			}),
		);
		rfb.addEventListener("connect", () => this.status.set({ state: "open" }));
		rfb.addEventListener("credentialsrequired", () => this.status.set({ state: "password" }));
		rfb.addEventListener("disconnect", () => {
			// A broken protocol ends here too, with the channel still open.
			raw.close();
			if (!hasEnded(this.status.get())) this.status.set({ state: "lost" });
		});
	}
}
