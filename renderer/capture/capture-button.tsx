import { CircleStop, Radio } from "lucide-react";
import { IconButton } from "../components/button.tsx";
import { formatBytes } from "../format/bytes.ts";
import { strings } from "../strings.ts";
import { startCapture, useCapture } from "./captures.ts";

/** Captures a network's packets to a file; while it does, how far it is and the way to stop. */
export function CaptureButton({ range, network }: { range: string; network: string }) {
	const capture = useCapture(range, network);
	if (capture === null) {
		return (
			<IconButton
				isSmall
				icon={Radio}
				label={strings.capture.start(network)}
				onClick={() => startCapture(range, network)}
			/>
		);
	}
	return (
		<span className="inline-flex items-center gap-1 text-sm text-busy" title={capture.file ?? undefined}>
			<span>
				{capture.file === null
					? strings.capture.choosing
					: strings.capture.progress(capture.packets, formatBytes(capture.bytes))}
			</span>
			{capture.file !== null && (
				<IconButton isSmall icon={CircleStop} label={strings.capture.stop(network)} onClick={capture.stop} />
			)}
		</span>
	);
}
