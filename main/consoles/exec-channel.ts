import type { ChannelFrame, ChannelRequest } from "../../contract/consoles.ts";
import { toErrorInfo } from "../../contract/errors.ts";
import { type ExecStream, openExec } from "../docker/exec.ts";
import type { Channel, ChannelTarget } from "./channel.ts";
import { reasonOfEnd } from "./ending.ts";
import { feedInput } from "./inbox.ts";
import { Outbox } from "./outbox.ts";

type ExecRequest = Extract<ChannelRequest, { kind: "exec" }>;

/** One command in a machine, its output split in stdout and stderr. Closing the channel ends the command. */
export async function openExecChannel(target: ChannelTarget, request: ExecRequest): Promise<Channel> {
	const exec = await openKillable(target, request);
	const { stream, stderr } = exec;
	const sources = [stream, stderr];
	const outbox = new Outbox(() => {
		for (const source of sources) source.resume();
	});
	const take = (type: "stdout" | "stderr") => (bytes: Buffer) => {
		outbox.push(type, bytes);
		if (outbox.isFull) for (const source of sources) source.pause();
	};
	stream.on("data", take("stdout"));
	stderr.on("data", take("stderr"));
	outbox.announce({ type: "opened", session: null });
	void finishAtEnd(target, exec, outbox);
	return {
		onFrame: (listener) => outbox.connect(listener),
		send(frame: ChannelFrame) {
			if (frame.type === "stdin") return feedInput(stream, frame.bytes);
			if (frame.type === "stdinEnd" && !stream.writableEnded) stream.end();
			if (frame.type === "ack") outbox.acknowledge(frame.bytes);
			if (frame.type === "resize" && request.terminal) return exec.resize(frame.columns, frame.rows);
		},
		close() {
			outbox.drop();
			exec.kill();
		},
		end(reason) {
			outbox.finish({ type: "closed", exitCode: null, error: reason });
			exec.kill();
		},
		closed: outbox.closed,
	};
}

async function finishAtEnd(target: ChannelTarget, exec: ExecStream, outbox: Outbox): Promise<void> {
	try {
		await Promise.all([ended(exec.stream), ended(exec.stderr)]);
		const exitCode = await exec.exitCode();
		outbox.finish({ type: "closed", exitCode, error: await reasonOfEnd(target, exitCode) });
	} catch (error) {
		outbox.finish({ type: "closed", exitCode: null, error: toErrorInfo(error) });
	}
}

/** Both a read end and a broken stream are an end here: the exit code and the reason tell which it was. */
function ended(stream: NodeJS.ReadableStream): Promise<void> {
	return new Promise((resolve) => {
		stream.once("end", resolve);
		stream.once("close", resolve);
	});
}

/** Images without a shell cannot start a command so that it can be ended later; they run it all the same. */
async function openKillable(target: ChannelTarget, request: ExecRequest): Promise<ExecStream> {
	const options = { command: request.command, ...(request.terminal ? { terminal: request.terminal } : {}) };
	const exec = await openExec(target.inner, target.containerId, { ...options, killable: true });
	if (!(await exec.isShellMissing())) return exec;
	exec.kill();
	return await openExec(target.inner, target.containerId, options);
}
