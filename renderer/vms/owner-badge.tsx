import { Link } from "react-router";
import type { Vm } from "../../contract/vms.ts";
import { paths } from "../app/navigation.ts";
import { strings } from "../strings.ts";

/** Whose a virtual machine is: its range, nobody's but ours, or another tool's. */
export function OwnerBadge({ vm }: { vm: Pick<Vm, "owner"> }) {
	if (vm.owner?.kind === "range") {
		return (
			<Link to={paths.range(vm.owner.rangeId)} className="truncate text-accent hover:underline">
				{vm.owner.range}
			</Link>
		);
	}
	if (vm.owner !== null) return <span>{strings.vms.standalone}</span>;
	return (
		<span
			title={strings.vms.foreignHint}
			className="rounded-sm border border-line-strong px-1.5 text-xs font-medium whitespace-nowrap text-muted"
		>
			{strings.vms.foreign}
		</span>
	);
}
