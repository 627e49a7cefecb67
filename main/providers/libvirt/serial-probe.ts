import type { Channel } from "../../consoles/index.ts";
import { limited } from "../../docker/limits.ts";
import { MachineFault } from "../machine-fault.ts";
import { LineSplitter } from "../probes/line-splitter.ts";
import { LinePattern } from "../probes/pattern.ts";

/** Resolves at the first line of the serial output that matches; what it said before counts as well. */
export async function awaitSerialLine(
	openSerial: () => Promise<Channel>,
	pattern: string,
	timeoutMs: number,
	signal: AbortSignal,
): Promise<void> {
	const wanted = new LinePattern(pattern);
	const lines = new LineSplitter();
	const limit = limited(timeoutMs, signal);
	const channel = await openSerial();
	const { promise, resolve, reject } = Promise.withResolvers<void>();
	const onAbort = () => reject(limit.reason);
	limit.addEventListener("abort", onAbort, { once: true });
	channel.onFrame((frame) => {
		if (frame.type === "closed") reject(new MachineFault("It did not get ready: its serial line ended before."));
		if (frame.type !== "stdout") return;
		void channel.send({ type: "ack", bytes: frame.bytes.length });
		try {
			// A prompt ends with no line end; what stands there so far counts as well.
			if (wanted.matchesAny(lines.push(Buffer.from(frame.bytes))) || wanted.matchesAny([lines.rest])) resolve();
		} catch (error) {
			reject(error);
		}
	});
	try {
		limit.throwIfAborted();
		await promise;
	} catch (error) {
		if (error instanceof MachineFault || !limit.aborted || signal.aborted) throw error;
		const seconds = Math.ceil(timeoutMs / 1000);
		throw new MachineFault(`It did not get ready: no line of its serial output matched in ${seconds} s.`, {
			cause: error,
		});
	} finally {
		limit.removeEventListener("abort", onAbort);
		channel.close();
	}
}
