import { rpc } from "../bridge/client.ts";
import { errorInfoOf } from "../bridge/error-info.ts";
import { applyChanges } from "./apply.ts";
import { ChangeQueue, eachFrame } from "./change-queue.ts";
import { useEngine } from "./engine.ts";

const shortestPause = 200;
const longestPause = 5000;

/**
 * Feeds the stores from the engine's stream of changes until `signal` aborts.
 * A stream that ends is made again, with growing pauses; it begins with a
 * snapshot, so nothing that happened meanwhile is missed.
 */
export async function followChanges(signal: AbortSignal): Promise<void> {
	const queue = new ChangeQueue(applyChanges, eachFrame);
	let pause = shortestPause;
	while (!signal.aborted) {
		try {
			for await (const change of await rpc().changes.watch({}, { signal })) {
				pause = shortestPause;
				queue.push(change);
			}
			queue.flush();
			useEngine.setState({ stream: "lost", error: null });
		} catch (error) {
			if (signal.aborted) return;
			queue.flush();
			useEngine.setState({ stream: "lost", error: errorInfoOf(error) });
		}
		await rest(pause, signal);
		pause = Math.min(pause * 2, longestPause);
	}
}

function rest(milliseconds: number, signal: AbortSignal): Promise<void> {
	return new Promise((resolve) => {
		const end = (): void => {
			clearTimeout(timer);
			signal.removeEventListener("abort", end);
			resolve();
		};
		const timer = setTimeout(end, milliseconds);
		signal.addEventListener("abort", end);
	});
}
