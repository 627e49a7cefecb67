import type { RangeDetail } from "../../contract/ranges.ts";
import { formatBytes } from "../format/bytes.ts";
import { strings } from "../strings.ts";
import { isUp } from "./is-up.ts";
import { useRangeUsage } from "./usage-store.ts";
import { formatCpus, formatMemory, shareOf } from "./usage-text.ts";

/** What a range uses now, of what it may use, for its page's header. */
export function RangeUsageBar({ range }: { range: RangeDetail }) {
	const sample = useRangeUsage(range.id, isUp(range.state));
	if (sample === null) return null;
	const { total, cpusLimit, memoryLimitBytes, diskBytes } = sample;
	return (
		<ul
			aria-label={strings.usage.of(range.name)}
			className="flex flex-wrap items-center gap-x-4 text-sm text-muted tabular-nums"
		>
			<Measure
				name={strings.usage.cpu}
				text={strings.usage.ofCpus(formatCpus(total.cpus), cpusLimit)}
				share={shareOf(total.cpus, cpusLimit)}
			/>
			<Measure
				name={strings.usage.memory}
				text={strings.common.ofLimit(formatMemory(total), formatBytes(memoryLimitBytes))}
				share={shareOf(total.memoryBytes, memoryLimitBytes)}
			/>
			{diskBytes !== null && (
				<li>
					{strings.usage.disk} {formatBytes(diskBytes)}
				</li>
			)}
		</ul>
	);
}

function Measure({ name, text, share }: { name: string; text: string; share: number }) {
	return (
		<li className="inline-flex items-center gap-1.5">
			<span>
				{name} {text}
			</span>
			<span aria-hidden="true" className="h-1 w-12 overflow-hidden rounded-sm bg-idle-tint">
				<span className="block h-full bg-accent" style={{ width: `${share * 100}%` }} />
			</span>
		</li>
	);
}

/** The same in one cell of the list; only rows in view are on the page, and only those are sampled. */
export function RangeUsageCell({ range }: { range: RangeDetail }) {
	const sample = useRangeUsage(range.id, isUp(range.state));
	if (sample === null) return null;
	return (
		<span className="text-muted tabular-nums">
			{formatCpus(sample.total.cpus)}
			{" · "}
			{formatMemory(sample.total)}
		</span>
	);
}
