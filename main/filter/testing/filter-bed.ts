import { readFile } from "node:fs/promises";
import type { IsolationProfile } from "../../../contract/ranges.ts";
import { newId } from "../../db/new-id.ts";
import { type Dind, ensureDind, removeDind, startDind, takenSubnets, waitForInnerEngine } from "../../dind/index.ts";
import { chooseOuterSubnet } from "../../dind/outer-subnet.ts";
import type { DockerEngine, InnerEngine } from "../../docker/engine.ts";
import { runExec } from "../../docker/exec.ts";
import { transferImage } from "../../docker/images.ts";
import { connectInnerEngine } from "../../docker/inner-engine.ts";
import { connectTestEngine, dindImage } from "../../testing/engine.ts";
import { applyRules } from "../apply-rules.ts";
import type { FilterSpec } from "../filter-spec.ts";
import { openInternet } from "./open-internet.ts";

export { internet, outsideName, privateLan } from "./open-internet.ts";

const image = "homerange/attacker:1";
const pool = "172.31.224.0/20";

export type Target = readonly [address: string, port: number];

/**
 * A script that tries all targets at once and prints one line for each: the address that the server saw, or "-"
 * when the connection did not come about.
 */
export function connectAll(targets: readonly Target[]): string[] {
	const tries = targets.map(
		([address, port], n) => `socat -u -T9 TCP:${address}:${port},connect-timeout=2 - >/tmp/c$$.${n} 2>/dev/null &`,
	);
	const lines = targets.map((_, n) => `echo "$(grep . /tmp/c$$.${n} || echo -)"`);
	return ["sh", "-c", [...tries, "wait", ...lines].join("\n")];
}

export const machines = {
	alpha: { network: "lan", ip: "10.0.1.10" },
	beta: { network: "lan", ip: "10.0.1.11" },
	shop: { network: "dmz", ip: "10.0.2.10" },
	safe: { network: "vault", ip: "10.0.3.10" },
} as const;
export type Machine = keyof typeof machines;

/** MAC of a machine as the engine derives it from its address. */
export const macOf = (machine: Machine): string =>
	`02:42:${machines[machine].ip
		.split(".")
		.map((octet) => Number(octet).toString(16).padStart(2, "0"))
		.join(":")}`;

export function bedSpec(change: { internet: boolean } = { internet: true }): FilterSpec {
	const rest = { internet: false, isolated: false };
	return {
		networks: [
			{ ...rest, name: "lan", bridge: "hr0", subnet: "10.0.1.0/24", gateway: "10.0.1.1", internet: change.internet },
			{ ...rest, name: "dmz", bridge: "hr1", subnet: "10.0.2.0/24", gateway: "10.0.2.1" },
			{ ...rest, name: "vault", bridge: "hr2", subnet: "10.0.3.0/24", gateway: "10.0.3.1", isolated: true },
		],
		routes: [
			{ from: "lan", to: "dmz", ports: ["80/tcp"] },
			{ from: "lan", to: "vault", ports: [] },
		],
		forbidden: [pool],
	};
}

/** A range with three networks and four machines under the filter, and a fake internet beside it. */
export class FilterBed {
	readonly host: DockerEngine;
	readonly inner: InnerEngine;
	readonly dind: Dind;
	/** The container that plays the internet, and its address on the outer network: as a sibling would have one. */
	readonly outside: string;
	readonly neighbour: string;

	#asked = 0;
	/** Lines of /tmp/seen that were looked at; the first says that the sniffer is ready. */
	readonly #read: Record<Machine, number> = { alpha: 1, beta: 1, shop: 1, safe: 1 };

	private constructor(host: DockerEngine, inner: InnerEngine, dind: Dind, beside: { name: string; address: string }) {
		this.host = host;
		this.inner = inner;
		this.dind = dind;
		this.outside = beside.name;
		this.neighbour = beside.address;
	}

	static async open(profile: IsolationProfile): Promise<FilterBed> {
		const host = await connectTestEngine();
		const rangeId = newId();
		const avoid = bedSpec().networks.map(({ subnet }) => subnet);
		const subnet = chooseOuterSubnet({ pool, avoid, taken: await takenSubnets(host, dindImage) });
		const base = { owner: "filter-tests", rangeId, rangeName: "filter", image: dindImage, profile };
		try {
			const memoryBytes = 2 * 1024 ** 3;
			const dind = await ensureDind(host, {
				...base,
				subnet,
				pool,
				avoid,
				cpus: 2,
				memoryBytes,
				store: null,
				hasInternet: true,
			});
			await startDind(host, dind);
			await waitForInnerEngine(host, dind);
			await applyRules(host, dind, bedSpec());
			const inner = await connectInnerEngine(host, dind.container, "the filter's tests");
			await transferImage(host, inner, image, {});
			const bed = new FilterBed(host, inner, dind, await openInternet(host, dind));
			await bed.#createMachines();
			return bed;
		} catch (error) {
			await removeDind(host, rangeId);
			throw error;
		}
	}

	async close(): Promise<void> {
		this.inner.close();
		await removeDind(this.host, this.dind.rangeId);
	}

	/** Runs a command in a machine; the result is its output, whatever its exit code. */
	async inMachine(machine: Machine, ...command: string[]): Promise<string> {
		return (await runExec(this.inner, machine, { command, limitMs: 60_000 })).stdout.trim();
	}

	/** Runs a command in the namespace of the range's bridges. */
	async inNetns(...command: string[]): Promise<string> {
		return (await runExec(this.host, this.dind.container, { command: this.dind.enterNetns(command) })).stdout.trim();
	}

	/** A command in the container itself, outside the namespace of the bridges: what its root could do. */
	async inContainer(...command: string[]): Promise<string> {
		return (await runExec(this.host, this.dind.container, { command })).stdout.trim();
	}

	/** Sends packets from a machine: "kind,tag,destination[,source[,mac]]", see packets.py. */
	async send(from: Machine, ...probes: string[]): Promise<void> {
		const command = ["python3", "/tmp/packets.py", "send", ...probes];
		const { exitCode, stderr } = await runExec(this.inner, from, { command });
		if (exitCode !== 0) throw new Error(stderr);
	}

	/**
	 * The tags that arrived at a machine since it was asked last. A packet that certainly arrives is sent now, from
	 * the range's own namespace, and waited for: what was sent before it had its time.
	 */
	async arrived(at: Machine): Promise<string[]> {
		const last = `last-${this.#asked++}`;
		await this.inNetns("sh", "-c", `printf 'HRPROBE-${last}.' | socat - UDP:${machines[at].ip}:9999`);
		const script = `until grep -qx ${last} /tmp/seen; do sleep 0.02; done; cat /tmp/seen`;
		const seen = await this.inMachine(at, "timeout", "20", "sh", "-c", script);
		const tags = seen.split("\n").slice(this.#read[at]);
		this.#read[at] += tags.length;
		return tags.filter((tag) => tag !== last);
	}

	async #createMachines(): Promise<void> {
		for (const { name, subnet, gateway, bridge } of bedSpec().networks) {
			await this.inner.api.createNetwork({
				Name: name,
				Driver: "bridge",
				EnableIPv6: false,
				IPAM: { Driver: "default", Config: [{ Subnet: subnet, Gateway: gateway }] },
				Options: { "com.docker.network.bridge.name": bridge },
			});
		}
		const packets = await readFile(new URL("packets.py", import.meta.url), "utf8");
		const serve = (port: number) => `socat TCP-LISTEN:${port},fork,reuseaddr SYSTEM:'echo $SOCAT_PEERADDR' &`;
		await Promise.all(
			(Object.keys(machines) as Machine[]).map(async (name) => {
				const { network, ip } = machines[name];
				const container = await this.inner.api.createContainer({
					name,
					Image: image,
					Cmd: ["sh", "-c", `${serve(80)} ${serve(81)} exec sleep infinity`],
					HostConfig: { NetworkMode: network },
					NetworkingConfig: {
						EndpointsConfig: { [network]: { IPAMConfig: { IPv4Address: ip }, MacAddress: macOf(name) } },
					},
				});
				await container.start();
				await runExec(this.inner, name, { command: ["sh", "-c", "cat >/tmp/packets.py"], input: packets });
				const sniffer = "python3 /tmp/packets.py sniff >/dev/null 2>&1 & until [ -s /tmp/seen ]; do sleep 0.02; done";
				await runExec(this.inner, name, { command: ["sh", "-c", sniffer] });
			}),
		);
	}
}
