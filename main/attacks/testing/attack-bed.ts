import { readFileSync } from "node:fs";
import type { IsolationProfile } from "../../../contract/ranges.ts";
import type { DockerEngine } from "../../docker/engine.ts";
import { runExec } from "../../docker/exec.ts";
import { type Machine, machines, outsideName } from "../../filter/testing/filter-bed.ts";
import { openTestRanges, type TestRanges } from "../../ranges/testing/open-ranges.ts";
import { testLabel, uniqueName } from "../../testing/engine.ts";

export { type Machine as MachineName, machines, outsideName } from "../../filter/testing/filter-bed.ts";

const image = "homerange/attacker:1";

export const gateways = ["10.0.1.1", "10.0.2.1", "10.0.3.1"] as const;

/** One of the two ranges of the bed. */
export interface Sibling {
	readonly id: string;
	readonly name: string;
	readonly container: string;
	/** Its address and its gateway's on its outer network, and its address where its bridges are. */
	readonly outer: string;
	readonly outerGateway: string;
	readonly uplink: string;
}

const script = (name: string, url: string) => ({
	path: `/opt/${name}`,
	content: readFileSync(new URL(url, import.meta.url), "utf8"),
});

/**
 * Three networks with one open port between them. alpha sends to all others from its first moment on; nothing
 * of that may arrive but at beta, which is its neighbour.
 */
function blueprint(): string {
	const files = [
		script("siege.py", "siege.py"),
		script("arp.py", "arp.py"),
		script("packets.py", "../../filter/testing/packets.py"),
	];
	const serve = "socat TCP-LISTEN:80,fork,reuseaddr SYSTEM:'echo $SOCAT_PEERADDR' &";
	const targets = Object.values(machines).map(({ ip }) => ip);
	const machine = (name: Machine) => ({
		image,
		nics: [machines[name]],
		files,
		command: ["sh", "-c", `${serve} exec python3 /opt/siege.py ${name === "alpha" ? targets.join(" ") : ""}`],
	});
	return JSON.stringify({
		blueprint: 1,
		name: "siege",
		networks: {
			lan: { subnet: "10.0.1.0/24", internet: true },
			dmz: { subnet: "10.0.2.0/24" },
			vault: { subnet: "10.0.3.0/24", isolated: true },
		},
		routes: [{ from: "lan", to: "dmz", ports: ["80/tcp"] }],
		machines: { alpha: machine("alpha"), beta: machine("beta"), shop: machine("shop"), safe: machine("safe") },
		limits: { cpus: 1, memory: "3GiB" },
	});
}

/** Two ranges of one blueprint, deployed by the product, and the ways into them that an attacker has. */
export class AttackBed {
	readonly test: TestRanges;
	readonly host: DockerEngine;
	readonly profile: IsolationProfile;
	readonly a: Sibling;
	readonly b: Sibling;
	readonly #label: string;

	private constructor(test: TestRanges, profile: IsolationProfile, siblings: readonly [Sibling, Sibling]) {
		this.test = test;
		this.host = test.deps.host.current();
		this.profile = profile;
		[this.a, this.b] = siblings;
		this.#label = uniqueName("attacks");
	}

	static async open(profile: IsolationProfile): Promise<AttackBed> {
		const test = await openTestRanges({ settings: { isolation: profile } });
		try {
			const deployed = await test.deploy(blueprint(), { copies: 2 });
			const [a, b] = await Promise.all(deployed.map(({ rangeName }) => siblingOf(test, rangeName)));
			if (a === undefined || b === undefined) throw new Error("two ranges were asked for");
			return new AttackBed(test, profile, [a, b]);
		} catch (error) {
			await test[Symbol.asyncDispose]();
			throw error;
		}
	}

	async close(): Promise<void> {
		const filters = { label: [`${testLabel}=${this.#label}`] };
		const helpers = await this.host.api.listContainers({ all: true, filters });
		await Promise.all(helpers.map(({ Id: id }) => this.host.api.getContainer(id).remove({ force: true })));
		await this.test[Symbol.asyncDispose]();
	}

	/** Runs a command as root of a machine; the result is its output, whatever its exit code. */
	async inMachine(range: Sibling, name: Machine, ...command: string[]): Promise<string> {
		const { inner, containerId } = await this.test.ranges.locate(range.name, name);
		return (await runExec(inner, containerId, { command, limitMs: 60_000 })).stdout.trim();
	}

	/** A command as root of the range's container, where an escape from a machine would end in the privileged profile. */
	async inContainer(range: Sibling, ...command: string[]): Promise<string> {
		return (await runExec(this.host, range.container, { command, limitMs: 60_000 })).stdout.trim();
	}

	/** A command in the namespace of the range's bridges. */
	async inNetns(range: Sibling, ...command: string[]): Promise<string> {
		return await this.inContainer(range, "homerange-netns", ...command);
	}

	/** Sends packets from a machine: "kind,tag,destination[,source[,mac]]", see packets.py. */
	async send(range: Sibling, from: Machine, ...probes: string[]): Promise<void> {
		const { inner, containerId } = await this.test.ranges.locate(range.name, from);
		const command = ["python3", "/opt/packets.py", "send", ...probes];
		const { exitCode, stderr } = await runExec(inner, containerId, { command });
		if (exitCode !== 0) throw new Error(stderr);
	}

	/**
	 * The tags that arrived at a machine so far. A packet that certainly arrives is sent now, from the range's own
	 * namespace, and waited for: the machine sees, and what was sent before had its time.
	 */
	async arrived(range: Sibling, at: Machine): Promise<string[]> {
		const last = uniqueName("control");
		await this.inNetns(range, "sh", "-c", `printf 'HRPROBE-${last}.' | socat - UDP:${machines[at].ip}:9999`);
		const wait = `until [ -s /tmp/seen/${last} ]; do sleep 0.05; done; rm /tmp/seen/${last}; ls /tmp/seen`;
		const seen = await this.inMachine(range, at, "timeout", "20", "sh", "-c", wait);
		return seen.split("\n").filter((tag) => tag !== "");
	}

	/** Waits until alpha's flood has brought so many packets more to its neighbour: the attack goes on, and can arrive. */
	async floodGoesOn(range: Sibling, packets = 30): Promise<void> {
		const wait = `
			rm -f /tmp/seen/flood
			until [ -s /tmp/seen/flood ]; do sleep 0.1; done
			start=$(cat /tmp/seen/flood)
			until [ "$(cat /tmp/seen/flood)" -ge $(( start + ${packets} )) ]; do sleep 0.1; done
			echo arrived`;
		const said = await this.inMachine(range, "beta", "timeout", "30", "sh", "-c", wait);
		if (said !== "arrived") throw new Error("The control failed: alpha's packets do not reach its neighbour.");
	}

	/** What arrived where nothing may arrive. */
	async leaks(...ranges: Sibling[]): Promise<string[]> {
		const looks = ranges.flatMap((range) =>
			(["shop", "safe"] as const).map(async (name) =>
				(await this.arrived(range, name)).map((tag) => `${tag} at ${name} of ${range.name}`),
			),
		);
		return (await Promise.all(looks)).flat();
	}

	/** A container on a range's outer network that the outer resolver knows by a name. */
	async giveOutsideName(range: Sibling): Promise<void> {
		const { dind } = this.test.ranges.get(range.name);
		const network = dind?.network ?? "";
		const container = await this.host.api.createContainer({
			Image: image,
			Cmd: ["sleep", "infinity"],
			Labels: { [testLabel]: this.#label },
			HostConfig: { NetworkMode: network },
			NetworkingConfig: { EndpointsConfig: { [network]: { Aliases: [outsideName] } } },
		});
		await container.start();
	}
}

async function siblingOf(test: TestRanges, name: string): Promise<Sibling> {
	const { id, state, reason, dind } = test.ranges.get(name);
	if (dind === null || state !== "running") throw new Error(`${name} is ${state}: ${reason}`);
	const host = test.deps.host.current();
	const { NetworkSettings: settings } = await host.api.getContainer(dind.container).inspect();
	const { IPAddress: outer = "", Gateway: outerGateway = "" } = settings.Networks[dind.network] ?? {};
	const device = dind.profile === "unprivileged" ? "tap0" : "eth0";
	const command = ["homerange-netns", "ip", "-4", "-o", "addr", "show", "dev", device];
	const { stdout } = await runExec(host, dind.container, { command });
	const uplink = /inet ([\d.]+)/.exec(stdout)?.[1] ?? "";
	return { id, name, container: dind.container, outer, outerGateway, uplink };
}
