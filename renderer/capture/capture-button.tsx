import { CircleStop, Radio } from "lucide-react";
import { Button, IconButton } from "../components/button.tsx";
import { formatBytes } from "../format/bytes.ts";
import { strings } from "../strings.ts";
import { startCapture, useCapture } from "./captures.ts";

/** Captures a network's packets to a file; while it does, how far it is and the way to stop. */
export function CaptureButton({ range, network }: { range: string; network: string }) {
	const capture = useCapture(range, network);
	if (capture === null) {
		return (
			<Button
				isSmall
				look="quiet"
				icon={Radio}
				aria-label={strings.capture.start(network)}
				title={strings.capture.start(network)}
				onClick={() => startCapture(range, network)}
			>
				{strings.capture.button}
			</Button>
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
