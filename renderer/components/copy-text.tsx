import { Check, Copy } from "lucide-react";
import { useEffect, useState } from "react";
import { toast } from "sonner";
import { classes } from "../format/join.ts";
import { strings } from "../strings.ts";

/** Puts a text on the clipboard; says so in a toast when the system refuses. */
export async function copyText(text: string): Promise<boolean> {
	try {
		await navigator.clipboard.writeText(text);
		return true;
	} catch (error) {
		toast.error(strings.common.copyRefused(error instanceof Error ? error.message : String(error)));
		return false;
	}
}

/** A value that people copy: an address, an id, a path. A press copies it. */
export function CopyText({ text, label, isMuted }: { text: string; label: string; isMuted?: boolean }) {
	const [isCopied, setCopied] = useState(false);
	useEffect(() => {
		if (!isCopied) return;
		const timer = setTimeout(() => setCopied(false), 1500);
		return () => clearTimeout(timer);
	}, [isCopied]);
	const Icon = isCopied ? Check : Copy;
	return (
		<button
			type="button"
			aria-label={strings.common.copy(label, text)}
			onClick={async () => setCopied(await copyText(text))}
			className={classes(
				"group relative -mx-1 inline-flex max-w-full min-w-0 items-center rounded-sm px-1 font-mono text-sm hover:bg-hover",
				isMuted === true ? "text-muted" : "text-text",
			)}
		>
			<span className="truncate">{text}</span>
			<Icon
				size={12}
				aria-hidden="true"
				className={classes(
					"absolute top-0.5 left-full z-10 rounded-sm bg-hover",
					isCopied ? "text-ok" : "text-faint opacity-0 group-hover:opacity-100 group-focus-visible:opacity-100",
				)}
			/>
			<span role="status" className="sr-only">
				{isCopied ? strings.common.copied : ""}
			</span>
		</button>
	);
}
