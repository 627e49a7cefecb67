import { FileUp } from "lucide-react";
import { useEffect, useState } from "react";
import { toast } from "sonner";
import { useDroppedText } from "../deploy/deploy-source.ts";
import { formatBytes } from "../format/bytes.ts";
import { strings } from "../strings.ts";
import { navigateTo, paths } from "./navigation.ts";

/** The contract's limit for a blueprint that is given as text. */
const largestFile = 1024 * 1024;

/** Takes a blueprint file that is dropped anywhere on the window and shows its preview. */
export function DropTarget() {
	const [isOver, setOver] = useState(false);
	useEffect(() => {
		const abort = new AbortController();
		const options = { signal: abort.signal };
		const holdsFile = (event: DragEvent): boolean => event.dataTransfer?.types.includes("Files") ?? false;
		window.addEventListener(
			"dragover",
			(event) => {
				if (!holdsFile(event)) return;
				event.preventDefault();
				setOver(true);
			},
			options,
		);
		window.addEventListener("dragleave", (event) => event.relatedTarget === null && setOver(false), options);
		window.addEventListener(
			"drop",
			(event) => {
				if (!holdsFile(event)) return;
				event.preventDefault();
				setOver(false);
				const file = event.dataTransfer?.files[0];
				if (file !== undefined) void takeFile(file);
			},
			options,
		);
		return () => abort.abort();
	}, []);
	if (!isOver) return null;
	return (
		<div className="appear pointer-events-none fixed inset-0 z-50 flex items-center justify-center bg-scrim">
			<p className="flex items-center gap-2 rounded-lg border border-accent bg-raised px-5 py-4 text-lg font-medium shadow-raised">
				<FileUp size={18} aria-hidden="true" className="text-accent" />
				{strings.deploy.dropNow}
			</p>
		</div>
	);
}

async function takeFile(file: File): Promise<void> {
	if (file.size > largestFile) {
		toast.error(strings.deploy.tooLarge(file.name, formatBytes(largestFile)));
		return;
	}
	useDroppedText.setState({ file: file.name, text: await file.text() }, true);
	// On a range's update page the file is the blueprint of the update.
	const updates = /^#\/update\/([^/?]+)/.exec(location.hash)?.[1];
	navigateTo(updates === undefined ? paths.deployText : paths.updateBy(decodeURIComponent(updates), paths.deployText));
}
