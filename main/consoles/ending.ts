import { type ErrorInfo, HomerangeError, toErrorInfo } from "../../contract/errors.ts";
import { isNotFound } from "../docker/api-errors.ts";
import { limited } from "../docker/limits.ts";
import type { ChannelTarget } from "./channel.ts";

const stopLimitMs = 2000;

/** Why a process in a machine ended, when it did not just exit: the machine stopped, or the engine is gone. */
export async function reasonOfEnd(target: ChannelTarget, exitCode: number | null): Promise<ErrorInfo | null> {
	const stopped = new HomerangeError("STATE_CONFLICT", `The ${target.title} stopped.`, {
		place: target.title,
		remedy: "Start the machine and open the console again.",
	}).toInfo();
	const container = target.inner.api.getContainer(target.containerId);
	try {
		const { State: state } = await container.inspect();
		if (!state.Running || state.Restarting) return stopped;
		// A killed process can be the first that is seen of its container's end.
		if (exitCode !== null && exitCode !== 137) return null;
		const limit = limited(stopLimitMs);
		const wait: object = { condition: "not-running", abortSignal: limit };
		try {
			await container.wait(wait);
			return stopped;
		} catch (error) {
			if (!limit.aborted) throw error;
			return exitCode === null ? cutOff(target) : null;
		}
	} catch (error) {
		return isNotFound(error) ? stopped : toErrorInfo(error);
	}
}

function cutOff(target: ChannelTarget): ErrorInfo {
	return new HomerangeError("ENGINE_UNREACHABLE", `The connection to the ${target.title} broke.`, {
		place: target.title,
		remedy: "Open the console again.",
	}).toInfo();
}
