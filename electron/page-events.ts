import type { WebContents } from "electron";
import { z } from "zod";
import type { EngineStart, ShellEvent } from "../contract/shell.ts";
import { listen } from "./ipc.ts";

/**
 * Events for the page. What happens before the page listens is kept for it; a
 * page that was reloaded gets the engine's state again and waits for no more.
 */
export class PageEvents {
	#page: WebContents | null = null;
	#isListening = false;
	#waiting: ShellEvent[] = [];
	#engine: EngineStart = { state: "starting" };

	constructor() {
		listen("homerange:listening", z.undefined(), (_nothing, page) => {
			if (page !== this.#page) return;
			this.#isListening = true;
			page.send("homerange:event", { kind: "engine", engine: this.#engine } satisfies ShellEvent);
			for (const event of this.#waiting.splice(0)) page.send("homerange:event", event);
		});
	}

	/** Sends to this window's page from now on. */
	attach(page: WebContents): void {
		this.#page = page;
		this.#isListening = false;
		page.on("did-start-navigation", (details) => {
			if (details.isMainFrame && !details.isSameDocument) this.#isListening = false;
		});
		page.on("destroyed", () => {
			if (this.#page === page) this.#page = null;
		});
	}

	tell(event: ShellEvent): void {
		if (event.kind === "engine") {
			this.#engine = event.engine;
			if (!this.#isListening) return;
		}
		if (this.#page !== null && this.#isListening) this.#page.send("homerange:event", event);
		else this.#waiting.push(event);
	}
}
