import { Monitor, MonitorOff } from "lucide-react";
import { useEffect, useRef, useState } from "react";
import type { VmScreenshot } from "../../contract/vms.ts";
import { rpc } from "../bridge/client.ts";
import { classes } from "../format/join.ts";
import { useIsVisible } from "../hooks/use-is-visible.ts";
import { strings } from "../strings.ts";

const words = strings.vms.screen;
const againAfterMs = 5000;

interface VmThumbnailProps {
	uuid: string;
	name: string;
	isUp: boolean;
	/** Pixels that it is drawn in, so that no larger picture is asked for. */
	width: number;
	/** Lower, so that its card is not much taller than those without a picture. */
	isLow?: boolean;
}

/** A small picture of a virtual machine's screen; a new one every few seconds, but only while it is in view. */
export function VmThumbnail({ uuid, name, isUp, width, isLow }: VmThumbnailProps) {
	const box = useRef<HTMLDivElement>(null);
	const isVisible = useIsVisible(box);
	const [picture, setPicture] = useState<VmScreenshot | null>(null);
	useEffect(() => {
		if (!isUp) setPicture(null);
		if (!isUp || !isVisible) return;
		const abort = new AbortController();
		let timer: ReturnType<typeof setTimeout> | undefined;
		const ask = async (): Promise<void> => {
			try {
				const fresh = await rpc().vms.screenshot({ vm: uuid, maxWidth: width * 2 }, { signal: abort.signal });
				if (!abort.signal.aborted) setPicture(fresh);
			} catch {
				// One without a screen, or one that just went down: its place says so, and the next look may find it.
				if (!abort.signal.aborted) setPicture(null);
			}
			if (!abort.signal.aborted) timer = setTimeout(() => void ask(), againAfterMs);
		};
		void ask();
		return () => {
			abort.abort();
			clearTimeout(timer);
		};
	}, [uuid, isUp, isVisible, width]);
	const Icon = isUp ? Monitor : MonitorOff;
	return (
		<div
			ref={box}
			className={classes(
				"flex w-full items-center justify-center overflow-hidden rounded-md border border-line bg-sunken",
				isLow === true ? "aspect-video" : "aspect-4/3",
			)}
		>
			{picture === null ? (
				<span className="flex flex-col items-center gap-1 text-sm text-faint">
					<Icon size={20} strokeWidth={1.5} aria-hidden="true" />
					{isUp ? words.none : words.off}
				</span>
			) : (
				<img
					src={`data:${picture.mime};base64,${picture.base64}`}
					alt={words.of(name)}
					className="h-full w-full object-contain"
				/>
			)}
		</div>
	);
}
