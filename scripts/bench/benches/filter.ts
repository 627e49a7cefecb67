import { dindOf } from "../../../main/dind/index.ts";
import { runExec } from "../../../main/docker/exec.ts";
import { connectInnerEngine } from "../../../main/docker/inner-engine.ts";
import { applyRules, type FilterSpec } from "../../../main/filter/index.ts";
import { profiles, startBareDind } from "../bare-dind.ts";
import type { Bench, BenchContext, Figure } from "../bench.ts";
import { runCommand } from "../command.ts";
import { alternate, interleave, rounds } from "../measure.ts";

const image = "homerange/attacker:1";
const port = 5001;
const calls = { full: 15, quick: 3 };
const megabytes = { full: 4096, quick: 512 };

const networks = [0, 1].map((position) => ({
	name: `net${position}`,
	bridge: `hr${position}`,
	subnet: `10.0.${position + 1}.0/24`,
	gateway: `10.0.${position + 1}.1`,
	internet: position === 0,
	isolated: false,
}));
const spec: FilterSpec = {
	networks,
	routes: [{ from: "net0", to: "net1", ports: [`${port}/tcp`, "80/tcp", "icmp"] }],
	forbidden: ["172.30.0.0/16"],
};

/** Everything may pass, as on a bridge that nobody filters; what hides addresses stays. */
const open = "iptables -P FORWARD ACCEPT && iptables -F FORWARD && iptables -P INPUT ACCEPT && iptables -F INPUT";

export const filter: Bench = {
	name: "filter",
	title: "The packet filter: how long its rules take, and what they cost two machines that talk",
	async run(context) {
		const figures: Figure[] = [];
		for (const profile of profiles) {
			const bed = await FilterBed.start(context, profile);
			const count = context.quick ? calls.quick : calls.full;
			const applied = await rounds(context.runs, () =>
				alternate(context.signal, count, { subject: () => bed.apply(), baseline: () => bed.restoreBare() }),
			);
			figures.push({
				name: `apply the rules, ${profile}`,
				unit: "ms",
				...applied,
				baselineIs: "docker exec of one iptables-restore with the same number of rules",
				budget: null,
			});
			for (const [name, to] of [
				["within one network", "10.0.1.11"],
				["between two networks", "10.0.2.10"],
			] as const) {
				const values = await interleave(context, context.runs, {
					subject: async () => {
						await bed.apply();
						return await bed.throughput(to);
					},
					baseline: async () => {
						await bed.open();
						return await bed.throughput(to);
					},
				});
				figures.push({
					name: `TCP ${name}, ${profile}`,
					unit: "MB/s",
					...values,
					baselineIs: "the same two machines and bridges with no rule and the policy ACCEPT",
					budget: null,
				});
			}
			await bed.close();
		}
		return { figures };
	},
};

class FilterBed {
	readonly #context: BenchContext;
	readonly #dind: ReturnType<typeof dindOf>;
	readonly #remove: () => Promise<void>;

	private constructor(context: BenchContext, dind: ReturnType<typeof dindOf>, remove: () => Promise<void>) {
		this.#context = context;
		this.#dind = dind;
		this.#remove = remove;
	}

	static async start(context: BenchContext, profile: "privileged" | "unprivileged"): Promise<FilterBed> {
		const { host, signal, dindImage } = context;
		// As in a range: the inner engine's own rules would stop what ours are measured with.
		const bare = await startBareDind(context, profile, ["--iptables=false", "--ip6tables=false"]);
		const pipe = `docker save ${image} | docker exec -i ${bare.container} docker load`;
		await runCommand("sh", ["-c", pipe], { signal, expect: "Loaded image" });
		const inner = await connectInnerEngine(host, bare.container, "the bench", signal);
		for (const { name, subnet, gateway, bridge } of networks) {
			await inner.api.createNetwork({
				Name: name,
				IPAM: { Driver: "default", Config: [{ Subnet: subnet, Gateway: gateway }] },
				Options: { "com.docker.network.bridge.name": bridge },
			});
		}
		const sink = ["socat", "-u", `TCP-LISTEN:${port},fork,reuseaddr`, "OPEN:/dev/null"];
		for (const [name, network, ip] of [
			["client", "net0", "10.0.1.10"],
			["near", "net0", "10.0.1.11"],
			["far", "net1", "10.0.2.10"],
		] as const) {
			const container = await inner.api.createContainer({
				name,
				Image: image,
				Cmd: name === "client" ? ["sleep", "infinity"] : sink,
				HostConfig: { NetworkMode: network },
				NetworkingConfig: { EndpointsConfig: { [network]: { IPAMConfig: { IPv4Address: ip } } } },
			});
			await container.start();
		}
		inner.close();
		const { container } = bare;
		const record = { rangeId: container, container, volume: container, network: "bridge", subnet: "172.30.0.0/16" };
		return new FilterBed(context, dindOf({ ...record, image: dindImage, profile }), () => bare.remove());
	}

	async apply(): Promise<void> {
		await applyRules(this.#context.host, this.#dind, spec);
	}

	/** One table in one exec: what applying rules costs at the least. */
	async restoreBare(): Promise<void> {
		const rules = Array.from({ length: 45 }, (_, n) => `-A BENCH -s 10.9.${n}.0/24 -j DROP`);
		const input = ["*filter", ":BENCH - [0:0]", "-F BENCH", ...rules, "COMMIT", ""].join("\n");
		await this.#inNetns(["iptables-restore", "-w", "10", "-n"], input);
	}

	async open(): Promise<void> {
		await this.#inNetns(["sh", "-c", open]);
	}

	/** MB/s from the client to a machine, measured in the client. */
	async throughput(to: string): Promise<number> {
		const size = this.#context.quick ? megabytes.quick : megabytes.full;
		const script = `start=$(date +%s%N); head -c ${size}M /dev/zero | socat -u - TCP:${to}:${port},connect-timeout=10 || exit 1; echo $(($(date +%s%N) - start))`;
		const command = ["docker", "exec", "client", "sh", "-c", script];
		const { container } = this.#dind;
		const { exitCode, stdout, stderr } = await runExec(
			this.#context.host,
			container,
			{ command, limitMs: 120_000 },
			this.#context.signal,
		);
		const nanoseconds = Number(stdout.trim());
		if (exitCode !== 0 || !(nanoseconds > 0)) throw new Error(`no throughput to ${to}: ${stderr}`);
		return (size * 1024 * 1024) / 1e6 / (nanoseconds / 1e9);
	}

	async close(): Promise<void> {
		await this.#remove();
	}

	async #inNetns(command: string[], input?: string): Promise<void> {
		const options = { command: this.#dind.enterNetns(command), ...(input === undefined ? {} : { input }) };
		const { exitCode, stderr } = await runExec(this.#context.host, this.#dind.container, options);
		if (exitCode !== 0) throw new Error(stderr);
	}
}
