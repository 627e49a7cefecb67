import { HomerangeError } from "../../../contract/errors.ts";
import { formatBytes } from "../../../contract/format-bytes.ts";
import { CaptureFile } from "../../capture/capture-file.ts";
import { PcapCounter } from "../../capture/pcap-counter.ts";
import { openChannel } from "../../rpc/channel-client.ts";
import { withEngine } from "../connect.ts";
import { say } from "../terminal/print.ts";

export interface CaptureOptions {
	output?: string;
	filter?: string;
}

/** Where the packets go: a file, or stdout. */
interface Sink {
	readonly counter: PcapCounter;
	write(bytes: Uint8Array): Promise<void>;
	finish(): Promise<void>;
}

/** Writes a network's packets until Ctrl-C, which is the ordinary end. */
export async function capture(range: string, network: string, options: CaptureOptions): Promise<void> {
	const { output = "-", filter } = options;
	if (output === "-" && process.stdout.isTTY) {
		throw new HomerangeError("USAGE", "A capture is binary and would only disturb this terminal.", {
			remedy: `Give a file: homerange capture ${range} ${network} -o ${network}.pcap, or pipe it into another program.`,
		});
	}
	await withEngine(async (client) => {
		const request = { kind: "capture" as const, range, network, ...(filter === undefined ? {} : { filter }) };
		const channel = await openChannel(client.socketPath, request);
		let isLeft = false;
		const release = onStop(
			() => void channel.send({ type: "stdinEnd" }),
			() => {
				isLeft = true;
				channel.close();
			},
		);
		let sink: Sink | null = null;
		try {
			for await (const frame of channel.frames()) {
				if (frame.type === "opened") {
					// Not before: a filter with a mistake must not empty a file that is there.
					sink = output === "-" ? stdoutSink() : await CaptureFile.create(output);
					say(`Capturing ${network} of ${range}${output === "-" ? "" : ` to ${output}`}; Ctrl-C stops.`);
				} else if (frame.type === "stdout" && sink !== null) {
					await sink.write(frame.bytes);
					await channel.send({ type: "ack", bytes: frame.bytes.length });
				} else if (frame.type === "closed" && frame.error !== null) {
					throw HomerangeError.fromInfo(frame.error);
				}
			}
		} catch (error) {
			if (!isLeft) throw error;
			process.exitCode = 130;
		} finally {
			release();
			channel.close();
			await sink?.finish();
			if (sink !== null) say(`${packets(sink.counter.packets)}, ${formatBytes(sink.counter.bytes)}.`);
		}
	});
}

const packets = (number: number): string => `${number} ${number === 1 ? "packet" : "packets"}`;

function stdoutSink(): Sink {
	const counter = new PcapCounter();
	return {
		counter,
		async write(bytes) {
			counter.push(bytes);
			if (process.stdout.write(bytes)) return;
			await new Promise<void>((resolve) => process.stdout.once("drain", resolve));
		},
		async finish() {
			await new Promise<void>((resolve) => process.stdout.write("", () => resolve()));
		},
	};
}

/** The first Ctrl-C asks for the end, the second does not wait for it. */
function onStop(ask: () => void, leave: () => void): () => void {
	let isAsked = false;
	const heard = () => {
		if (isAsked) return leave();
		isAsked = true;
		ask();
	};
	process.on("SIGINT", heard).on("SIGTERM", heard);
	return () => {
		process.off("SIGINT", heard).off("SIGTERM", heard);
	};
}
