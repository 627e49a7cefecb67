import { Globe } from "lucide-react";
import { Switch } from "radix-ui";
import type { Network, RangeDetail } from "../../contract/ranges.ts";
import { perform } from "../actions/perform.ts";
import { rpc } from "../bridge/client.ts";
import { classes } from "../format/join.ts";
import { strings } from "../strings.ts";

/**
 * Whether a network reaches the internet, and the switch for it. It shows what is recorded, not what was asked for:
 * while the range's task works, it waits.
 */
export function InternetSwitch({ range, network }: { range: RangeDetail; network: Network }) {
	const isIdle = range.taskId === null && range.interrupted === null && canSwitch.has(range.state);
	const label = strings.ranges.internetOf(network.name);
	return (
		<span className="inline-flex items-center gap-1.5 text-sm text-muted">
			<Globe size={13} aria-hidden="true" />
			{strings.ranges.internet}
			<Switch.Root
				aria-label={label}
				checked={network.internet}
				disabled={!isIdle}
				onCheckedChange={(internet) =>
					void perform(() => rpc().ranges.setNetwork({ range: range.id, network: network.name, internet }))
				}
				className={classes(
					"inline-flex h-4 w-7 shrink-0 items-center rounded-full border p-px transition-colors",
					"border-line bg-hover data-[state=checked]:border-transparent data-[state=checked]:bg-accent disabled:opacity-50",
				)}
			>
				<Switch.Thumb className="block size-3 rounded-full bg-muted transition-transform data-[state=checked]:translate-x-3 data-[state=checked]:bg-on-accent" />
			</Switch.Root>
		</span>
	);
}

const canSwitch: ReadonlySet<RangeDetail["state"]> = new Set(["running", "degraded", "stopped"]);
