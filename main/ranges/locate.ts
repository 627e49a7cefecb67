import { HomerangeError } from "../../contract/errors.ts";
import type { ChannelTarget } from "../consoles/index.ts";
import type { OperationParts } from "./parts.ts";
import { findMachine, type RangeRecord } from "./record.ts";
import { containerFacts } from "./truth.ts";

const limitMs = 30_000;

/** The engines and the container behind a machine. Errors: `MACHINE_NOT_FOUND`, `STATE_CONFLICT`. */
export async function locateMachine(
	{ deps, truth, connections }: OperationParts,
	range: RangeRecord,
	machineRef: string,
	signal: AbortSignal,
): Promise<ChannelTarget> {
	const machine = findMachine(range, machineRef);
	const title = `${machine.spec.name} of ${range.name}`;
	if (machine.engineId === null) {
		throw new HomerangeError("STATE_CONFLICT", `${title} does not exist yet.`, {
			remedy: "Wait until it is created.",
			place: title,
		});
	}
	// A frozen range has connections that do not answer.
	const known = range.state === "paused" ? null : connections.find(range.id);
	const limit = AbortSignal.any([signal, AbortSignal.timeout(limitMs)]);
	if (known === null && (await containerFacts(await deps.host.ready(limit), range, limit)).state !== "running") {
		throw new HomerangeError("STATE_CONFLICT", `${range.name} is ${range.state}, so ${title} cannot be reached.`, {
			remedy: range.state === "paused" ? "Resume the range first." : "Start the range first.",
			place: title,
		});
	}
	const { host, inner, dind } = known ?? (await truth.connect(range, limit));
	return {
		host,
		inner,
		dind: { container: dind.container, enterNetns: (command) => dind.enterNetns(command) },
		containerId: machine.engineId,
		address: machine.spec.nics[0]?.ip ?? "",
		vncPort: machine.spec.vncPort,
		title: `machine ${title}`,
	};
}
