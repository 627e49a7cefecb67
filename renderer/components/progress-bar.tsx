import type { Progress } from "../../contract/tasks.ts";
import { formatProgress, progressShare } from "../format/bytes.ts";

/** How far something is; a moving band while nobody knows the total. */
export function ProgressBar({ progress, label }: { progress: Progress; label: string }) {
	const share = progressShare(progress);
	return (
		<div
			role="progressbar"
			aria-label={label}
			aria-valuemin={0}
			aria-valuemax={100}
			aria-valuenow={share === null ? undefined : Math.round(share * 100)}
			aria-valuetext={formatProgress(progress)}
			className="h-1 w-full overflow-hidden rounded-sm bg-idle-tint"
		>
			{share === null ? (
				<div className="sweep h-full w-1/3 bg-busy" />
			) : (
				<div className="h-full bg-busy transition-[width]" style={{ width: `${share * 100}%` }} />
			)}
		</div>
	);
}
