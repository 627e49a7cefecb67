import { RotateCw } from "lucide-react";
import type { Vm } from "../../contract/vms.ts";
import { rpc } from "../bridge/client.ts";
import { Button } from "../components/button.tsx";
import { ErrorNotice } from "../components/notice.tsx";
import { plainOutput } from "../format/plain-output.ts";
import { useRequest } from "../hooks/use-request.ts";
import { strings } from "../strings.ts";

const words = strings.vms.log;

/** What a virtual machine wrote on its serial line, from its boot on. */
export function VmLog({ vm }: { vm: Vm }) {
	const { data, error, isLoading, reload } = useRequest(
		(signal) => rpc().vms.log({ vm: vm.uuid }, { signal }),
		[vm.uuid, vm.state],
	);
	const text = data === null ? "" : plainOutput(data.text);
	return (
		<div className="flex h-full flex-col">
			<div className="flex shrink-0 items-center gap-3 border-b border-line bg-surface px-5 py-2.5 text-sm text-muted">
				{data !== null && words[data.source]}
				{data?.truncated === true && <span>{words.truncated}</span>}
				<span className="ml-auto">
					<Button isSmall icon={RotateCw} isBusy={isLoading} onClick={reload}>
						{words.reload}
					</Button>
				</span>
			</div>
			<section
				aria-label={words.label}
				// biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls must be reachable by the keyboard
				tabIndex={0}
				className="min-h-0 flex-1 overflow-auto bg-surface px-5 py-4"
			>
				{error !== null && <ErrorNotice error={error} />}
				{data !== null && text.trim() === "" && <p className="text-muted">{words.empty}</p>}
				<pre className="selectable font-mono text-sm leading-5 whitespace-pre-wrap break-all">{text}</pre>
			</section>
		</div>
	);
}
