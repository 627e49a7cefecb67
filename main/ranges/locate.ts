import { HomerangeError } from "../../contract/errors.ts";
import type { ChannelTarget, VmTarget } from "../consoles/index.ts";
import { isGuest } from "../providers/docker/guest-container.ts";
import type { OperationParts } from "./parts.ts";
import { connectRunning } from "./range-site.ts";
import { findMachine, type RangeRecord } from "./record.ts";

/** The engines and the container, or the VM, behind a machine. Errors: `MACHINE_NOT_FOUND`, `STATE_CONFLICT`. */
export async function locateMachine(
	parts: OperationParts,
	range: RangeRecord,
	machineRef: string,
	signal: AbortSignal,
): Promise<ChannelTarget | VmTarget> {
	const machine = findMachine(range, machineRef);
	const title = `${machine.spec.name} of ${range.name}`;
	if (machine.engineId === null) {
		throw new HomerangeError("STATE_CONFLICT", `${title} does not exist yet.`, {
			remedy: "Wait until it is created.",
			place: title,
		});
	}
	if (machine.spec.provider === "libvirt") return { vm: machine.engineId, title: `machine ${title}` };
	const { host, inner, dind } = await connectRunning(parts, range, `${title} cannot be reached`, signal);
	return {
		host,
		inner,
		dind: { container: dind.container, enterNetns: (command) => dind.enterNetns(command) },
		containerId: machine.engineId,
		address: machine.spec.nics[0]?.ip ?? "",
		vncPort: machine.spec.vncPort,
		isGuest: isGuest(machine.spec),
		title: `machine ${title}`,
	};
}
