import { toast } from "sonner";
import { create } from "zustand";
import type { CaptureReport } from "../../contract/capture.ts";
import { openPort } from "../bridge/shell.ts";
import { formatBytes } from "../format/bytes.ts";
import { strings } from "../strings.ts";

/** A capture that the shell writes, or asks the person about. */
export interface RunningCapture {
	readonly range: string;
	readonly network: string;
	/** Null while the person chooses. */
	readonly file: string | null;
	readonly packets: number;
	readonly bytes: number;
	stop(): void;
}

/** Captures by range and network: they go on wherever the window shows something else. */
export const useCaptures = create<{ running: Readonly<Record<string, RunningCapture>> }>(() => ({ running: {} }));

const keyOf = (range: string, network: string): string => `${range} ${network}`;

export function useCapture(range: string, network: string): RunningCapture | null {
	return useCaptures((state) => state.running[keyOf(range, network)] ?? null);
}

/** Begins a capture of a network; one that runs goes on. */
export function startCapture(range: string, network: string): void {
	const key = keyOf(range, network);
	if (useCaptures.getState().running[key] !== undefined) return;
	const port = openPort({ kind: "capture", capture: { range, network } });
	const change = (part: Partial<RunningCapture>): void =>
		useCaptures.setState(({ running }) => {
			const present = running[key];
			return present === undefined ? {} : { running: { ...running, [key]: { ...present, ...part } } };
		});
	const end = (): void =>
		useCaptures.setState(({ running }) => {
			const { [key]: _ended, ...others } = running;
			return { running: others };
		});
	const started: RunningCapture = {
		range,
		network,
		file: null,
		packets: 0,
		bytes: 0,
		stop: () => port.postMessage({ type: "stop" }),
	};
	useCaptures.setState(({ running }) => ({ running: { ...running, [key]: started } }));
	port.addEventListener("message", ({ data }: MessageEvent<CaptureReport>) => {
		if (data.type === "started") change({ file: data.file });
		else if (data.type === "progress") change({ packets: data.packets, bytes: data.bytes });
		else {
			const file = useCaptures.getState().running[key]?.file ?? null;
			end();
			if (data.type === "ended") announceEnd(started, file, data);
		}
	});
	port.addEventListener("close", end);
	port.start();
}

function announceEnd({ network }: RunningCapture, file: string | null, end: CaptureReport & { type: "ended" }): void {
	const { error, packets, bytes } = end;
	if (error !== null) {
		toast.error(strings.capture.failed(network), { description: error.message, duration: 10_000 });
		return;
	}
	toast.success(strings.capture.done(network, packets, formatBytes(bytes)), { description: file ?? "" });
}
