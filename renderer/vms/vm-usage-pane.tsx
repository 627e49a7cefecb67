import type { Vm, VmUsage } from "../../contract/vms.ts";
import { isVmUp } from "../actions/vm-actions.ts";
import { formatBytes } from "../format/bytes.ts";
import { strings } from "../strings.ts";
import { useVmUsage } from "./use-vm-usage.ts";

const words = strings.vms.usage;

/** What a virtual machine uses, of what it was given. */
export function VmUsagePane({ vm }: { vm: Vm }) {
	const samples = useVmUsage(vm.uuid, isVmUp(vm));
	const last = samples.at(-1);
	if (!isVmUp(vm)) return <p className="text-muted">{words.down}</p>;
	if (last === undefined) return <p role="status">{words.waiting}</p>;
	const rate = (bytes: number | null): string => (bytes === null ? words.unknown : formatBytes(Math.round(bytes)));
	return (
		<dl className="grid max-w-220 grid-cols-2 gap-3">
			<Measure
				name={words.cpu}
				text={
					last.cpuPercent === null ? words.unknown : strings.usage.ofCpus(`${Math.round(last.cpuPercent)}`, vm.vcpus)
				}
				values={samples.map(({ cpuPercent }) => cpuPercent ?? 0)}
				most={vm.vcpus * 100}
			/>
			<Measure name={words.memory} text={memoryText(vm, last)} values={memoryValues(samples)} most={vm.memoryBytes} />
			<Measure
				name={words.disk}
				text={words.readWrite(rate(last.readBytesPerSecond), rate(last.writeBytesPerSecond))}
				values={samples.map(({ readBytesPerSecond: r, writeBytesPerSecond: w }) => (r ?? 0) + (w ?? 0))}
			/>
			<Measure
				name={words.network}
				text={words.inOut(rate(last.receiveBytesPerSecond), rate(last.sendBytesPerSecond))}
				values={samples.map(({ receiveBytesPerSecond: i, sendBytesPerSecond: o }) => (i ?? 0) + (o ?? 0))}
			/>
		</dl>
	);
}

function memoryText(vm: Vm, { memoryUsedBytes }: VmUsage): string {
	const allocated = formatBytes(vm.memoryBytes);
	if (memoryUsedBytes === null) return words.memoryUnknown(allocated);
	return strings.common.ofLimit(formatBytes(memoryUsedBytes), allocated);
}

const memoryValues = (samples: readonly VmUsage[]): number[] =>
	samples.map(({ memoryUsedBytes }) => memoryUsedBytes ?? 0);

const [width, height] = [240, 40];

/** A number and how it went; `most` is the top of its line, else the highest value is. */
function Measure(props: { name: string; text: string; values: readonly number[]; most?: number }) {
	const top = Math.max(props.most ?? 0, ...(props.most === undefined ? props.values : []), 1);
	const step = width / 59;
	const from = width - (props.values.length - 1) * step;
	const points = props.values.map(
		(value, at) =>
			`${(from + at * step).toFixed(1)},${(height - (Math.min(value, top) / top) * (height - 2) - 1).toFixed(1)}`,
	);
	return (
		<div className="rounded-lg border border-line bg-surface px-4 py-3">
			<dt className="text-sm text-muted">{props.name}</dt>
			<dd className="tabular-nums">
				{props.text}
				<svg
					viewBox={`0 0 ${width} ${height}`}
					preserveAspectRatio="none"
					aria-hidden="true"
					className="mt-2 h-10 w-full text-accent"
				>
					<polyline points={points.join(" ")} fill="none" stroke="currentColor" strokeWidth="1.5" />
				</svg>
			</dd>
		</div>
	);
}
