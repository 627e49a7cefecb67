import type { RangeSite } from "../ranges/range-site.ts";
import { MachineAgent } from "./agent.ts";
import { eachOf } from "./each-of.ts";
import { needsStandIn, openStandIn, standInAddresses } from "./stand-in.ts";

/** Agents are opened so many at once: each is an exec on the host's engine. */
const atOnce = 4;

export interface Agents {
	/** The agent in a machine, or why there is none. */
	of(machine: string): MachineAgent | string;
	/** Where a machine is asked: a VM's ports by its stand-in, which can listen; everything else at its own address. */
	targetIp(machine: string | null, target: { network: string; ip: string; protocol: string }): string;
	close(): Promise<void>;
}

/** An agent in every machine that runs, and beside every VM; the router is left out. */
export async function openAgents(site: RangeSite, signal: AbortSignal): Promise<Agents> {
	const addresses = standInAddresses(site.blueprint);
	const found = new Map<string, MachineAgent | string>();
	const close = async () => {
		await Promise.all([...found.values()].map((one) => (typeof one === "string" ? undefined : one.close())));
	};
	const machines = site.machines.filter(({ spec }) => spec.role === "machine");
	try {
		await eachOf(machines, atOnce, signal, async ({ spec, state, engineId }) => {
			const { name } = spec;
			if (engineId === null || (state !== "running" && state !== "ready")) {
				found.set(name, `${name} is ${state}`);
				return;
			}
			if (needsStandIn(spec)) {
				const own = addresses.get(name) ?? new Map();
				if (own.size < spec.nics.length) found.set(name, `there is no free address for a stand-in of ${name}`);
				else found.set(name, await openStandIn(site, spec, own, signal));
				return;
			}
			const { State: facts } = await site.inner.api.getContainer(engineId).inspect();
			const pid = facts.Pid;
			// The inner engine may be anybody's: only what can be a process of a machine is taken.
			if (!Number.isSafeInteger(pid) || pid < 2) found.set(name, `${name} does not run`);
			else found.set(name, await MachineAgent.open(site, pid, signal));
		});
	} catch (error) {
		await close();
		throw error;
	}
	return {
		of: (machine) => found.get(machine) ?? `${machine} is not part of the range`,
		targetIp: (machine, { network, ip, protocol }) =>
			protocol === "icmp" ? ip : (addresses.get(machine ?? "")?.get(network) ?? ip),
		close,
	};
}
