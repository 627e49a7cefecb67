import type { NetworkProbe, NetworkTestNews } from "../../contract/network-test.ts";
import { abortError, throwIfAborted } from "../docker/limits.ts";
import type { RangeSite } from "../ranges/range-site.ts";
import type { ProbeTarget } from "./agent.ts";
import { type Agents, openAgents } from "./agents.ts";
import { eachOf } from "./each-of.ts";
import { chooseInternetAddress, openInternet } from "./fake-internet.ts";
import { nameOf, type PlannedProbe, planProbes } from "./plan.ts";

/** Probes at once: each is a short-lived process or two in the range's container. */
const atOnce = 16;
/** After a silence where the blueprint wants an answer. */
const triesAgain = 3;
/** Where no free documentation network is left; such a probe is never sent. */
const noAddress = "0.0.0.0";

/** Probes everything that the blueprint speaks of, and compares. Leaves nothing behind, however it ends. */
export async function* testNetwork(site: RangeSite, signal: AbortSignal): AsyncGenerator<NetworkTestNews, void> {
	const address = chooseInternetAddress(site.blueprint.networks.map(({ subnet }) => subnet));
	const plan = planProbes(site.blueprint, address ?? noAddress);
	const total = plan.length;
	yield { kind: "progress", done: 0, total, message: "Looking for the machines" };
	const agents = await openAgents(site, signal);
	let internet: Internet = { close: async () => undefined, problem: "every network for documentation is in use" };
	try {
		if (address !== null) internet = await internetOf(site, address, signal);
		yield { kind: "progress", done: 0, total, message: "Listening in the machines" };
		const controls = await controlsOf(plan, agents, signal);
		const probes: NetworkProbe[] = new Array(total);
		const news = new Progress();
		const work = eachOf([...plan.keys()], atOnce, signal, async (at) => {
			const planned = plan[at];
			if (planned === undefined) return;
			const probe = await probed(planned, { agents, controls, internet });
			probes[at] = probe;
			news.tell(`${probe.from.machine} to ${probe.to.machine ?? "the internet"} on ${probe.probe}`);
		});
		for await (const { done, message } of news.until(work)) yield { kind: "progress", done, total, message };
		await work;
		throwIfAborted(signal);
		yield { kind: "result", result: summary(site.name, probes) };
	} finally {
		await Promise.all([agents.close(), internet.close()]);
	}
}

interface Internet {
	close(): Promise<void>;
	/** Why there is none; null when there is. */
	problem: string | null;
}

async function internetOf(site: RangeSite, address: string, signal: AbortSignal): Promise<Internet> {
	try {
		return { ...(await openInternet(site, address, signal)), problem: null };
	} catch (error) {
		if (signal.aborted) throw abortError();
		const reason = error instanceof Error ? error.message : String(error);
		return { close: async () => undefined, problem: `the internet of the test could not be made: ${reason}` };
	}
}

const keyOf = ({ ip, protocol, port }: ProbeTarget): string => `${ip} ${protocol} ${port}`;

/**
 * Makes something answer at every target, and asks it from its own machine: where nothing answers there, silence
 * from elsewhere proves nothing.
 */
async function controlsOf(
	plan: readonly PlannedProbe[],
	agents: Agents,
	signal: AbortSignal,
): Promise<ReadonlyMap<string, boolean>> {
	const inside = plan.filter(({ to }) => to.machine !== null);
	const targets = new Map(inside.map((one) => [keyOf(targetOf(one, agents)), one]));
	const controls = new Map<string, boolean>();
	await eachOf([...targets.values()], atOnce, signal, async (one) => {
		const agent = agents.of(one.to.machine ?? "");
		const target = targetOf(one, agents);
		if (typeof agent !== "string") controls.set(keyOf(target), (await agent.listen(target)) === true);
	});
	return controls;
}

const targetOf = ({ to, protocol, port }: PlannedProbe, agents: Agents): ProbeTarget => ({
	ip: agents.targetIp(to.machine, { ...to, protocol }),
	protocol,
	port,
});

interface Probing {
	agents: Agents;
	controls: ReadonlyMap<string, boolean>;
	internet: Internet;
}

async function probed(planned: PlannedProbe, { agents, controls, internet }: Probing): Promise<NetworkProbe> {
	const { from, to, wanted } = planned;
	const answer = (seen: NetworkProbe["seen"], note: string | null = null): NetworkProbe => ({
		from,
		to,
		probe: nameOf(planned),
		wanted,
		seen,
		note,
	});
	const agent = agents.of(from.machine);
	if (typeof agent === "string") return answer("unknown", agent);
	const target = targetOf(planned, agents);
	if (to.machine === null) {
		if (internet.problem !== null) return answer("unknown", internet.problem);
	} else {
		const other = agents.of(to.machine);
		if (typeof other === "string") return answer("unknown", other);
	}
	let seen = await agent.reach(target);
	// A lost packet, or an answer that a busy computer gave late, is no finding.
	for (let again = 0; seen === false && wanted === "reaches" && again < triesAgain; again++) {
		seen = await agent.reach(target);
	}
	if (seen === true) return answer("reaches");
	if (seen === null) return answer("unknown", `the probe in ${from.machine} was cut off`);
	if (to.machine === null || controls.get(keyOf(target)) === true) return answer("blocked");
	return answer("unknown", `${to.machine} itself gets no answer on ${nameOf(planned)}, so silence proves nothing`);
}

function summary(rangeName: string, probes: NetworkProbe[]) {
	const known = probes.filter(({ seen }) => seen !== "unknown");
	const asWanted = known.filter(({ seen, wanted }) => seen === wanted).length;
	return {
		rangeName,
		probes,
		asWanted,
		notAsWanted: known.length - asWanted,
		unknown: probes.length - known.length,
	};
}

/** Tells of probes that were made; who reads slowly gets the newest. */
class Progress {
	#done = 0;
	#message = "";
	#wake: () => void = () => undefined;

	tell(message: string): void {
		this.#done++;
		this.#message = message;
		this.#wake();
	}

	async *until(work: Promise<void>): AsyncGenerator<{ done: number; message: string }, void> {
		const over = work.then(
			() => true,
			() => true,
		);
		for (let told = 0; ; told = this.#done) {
			const more = new Promise<false>((resolve) => {
				this.#wake = () => resolve(false);
				if (this.#done > told) resolve(false);
			});
			if (await Promise.race([over, more])) return;
			yield { done: this.#done, message: this.#message };
		}
	}
}
