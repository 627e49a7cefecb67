import type { Dind } from "../dind/index.ts";
import type { DockerEngine } from "../docker/engine.ts";
import { type ExecStream, openExec } from "../docker/exec.ts";
import { watchScript } from "./scripts.ts";

export interface RulesWatch {
	close(): void;
}

export interface RulesListener {
	/** Some rule of the network namespace changed, by whoever. */
	onChange(): void;
	/** The watch broke before it was closed: its process was killed, or the range's container ended. */
	onEnd(): void;
}

/**
 * Tells when rules change in the network namespace that the place enters. The kernel tells it
 * (nfnetlink) where rules are nf_tables ones; the older tables have no events, there the process looks every 5 s.
 */
export function watchRules(
	host: DockerEngine,
	place: Pick<Dind, "container" | "enterNetns">,
	listener: RulesListener,
): RulesWatch {
	const command = place.enterNetns(["sh", "-c", watchScript]);
	const closed = new AbortController();
	let exec: ExecStream | null = null;
	const end = () => {
		if (!closed.signal.aborted) listener.onEnd();
	};
	void (async () => {
		try {
			exec = await openExec(host, place.container, { command, killable: true }, closed.signal);
			// What it prints says only that something happened; nothing of it is kept.
			exec.stream.on("data", () => {
				if (!closed.signal.aborted) listener.onChange();
			});
			exec.stderr.resume();
			exec.stream.once("close", end);
		} catch {
			// The container has just ended, or the engine has gone: the watch is over, and its owner knows what to do.
			end();
		}
	})();
	return { close: () => closed.abort() };
}
