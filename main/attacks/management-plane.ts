import { createConnection } from "node:net";
import { expect, test } from "vitest";
import { listenOn } from "../testing/listen-on.ts";
import type { AttackBed, Sibling } from "./testing/attack-bed.ts";
import { gateways, machines } from "./testing/attack-bed.ts";

/** Where engines, clusters and their agents listen, and what else is worth a look. */
const ports = "1-1024,2375-2380,3000,4243,5000,5555,6443,7946,8000-8100,8443,9000-9100,9323,10250,10255,32768-33000";

/** The engine and its services, tried from a machine and from a sibling. */
export function managementAttacks(bed: () => AttackBed): void {
	test("a machine finds no open TCP port of a gateway, of its range's container, of the host or of a sibling", async () => {
		const { a, b } = bed();
		await using service = await listenOn(a.outerGateway, () => "reached");
		await Promise.all([a, b].map((range) => serve(bed(), range)));
		const control = await Promise.all([
			banner(a.outerGateway, service.port),
			bed().inContainer(b, ...ask(b.outer, 2375)),
			bed().inNetns(a, ...ask("10.0.1.1", 2375)),
			scan(bed(), a, [machines.beta.ip, machines.shop.ip], "80"),
		]);
		const addresses = [...new Set([...gateways, a.uplink, a.outer, a.outerGateway, b.outer, b.outerGateway, b.uplink])];
		const found = await scan(bed(), a, addresses, `${ports},${service.port}`);
		expect(control).toEqual(["reached", "reached", "reached", [`${machines.beta.ip}:80`, `${machines.shop.ip}:80`]]);
		// Both siblings of the unprivileged profile have the same uplink inside, so this is the machine's own one too.
		expect(found).toEqual([]);
	});

	test("root of a sibling's container finds no open port of the other range or of the host", async () => {
		const { a, b } = bed();
		await using service = await listenOn(a.outerGateway, () => "reached");
		const targets: [string, number][] = [
			[a.outer, 2375],
			[a.outer, 80],
			[a.outerGateway, service.port],
			[b.outerGateway, service.port],
		];
		const own = await bed().inContainer(b, ...ask(b.outer, 2375));
		const tried = await Promise.all(targets.map(([address, port]) => bed().inContainer(b, ...ask(address, port))));
		expect(own).toBe("reached");
		expect(tried).toEqual(targets.map(() => ""));
	});

	test("no socket of an engine is in a machine, by path or by abstract name", async () => {
		const { a } = bed();
		const names = "grep -ioE '[^ ]*(docker|containerd|rootlesskit)[^ ]*' /proc/net/unix | sort -u";
		const files = "find / -xdev -type s \\( -name '*docker*' -o -name '*containerd*' \\) 2>/dev/null";
		const control = await bed().inContainer(a, "sh", "-c", "ls /var/run/docker.sock");
		const known = await bed().inContainer(a, "sh", "-c", names);
		const found = await bed().inMachine(a, "alpha", "sh", "-c", `${names}; ${files}; env | grep -i docker_`);
		expect(control).toBe("/var/run/docker.sock");
		expect(known).toContain("docker.sock");
		expect(found).toBe("");
	});

	test("no port of a machine is published on the range's container or on the host", async () => {
		const { a } = bed();
		const { dind } = bed().test.ranges.get(a.name);
		const outside = await bed()
			.host.api.getContainer(dind?.container ?? "")
			.inspect();
		const { inner } = await bed().test.ranges.locate(a.name, "shop");
		const containers = await inner.api.listContainers();
		const listening = await bed().inNetns(a, "sh", "-c", "ss -ltnH | awk '{print $4}' | grep -v ':2375$'");
		const control = await bed().inMachine(a, "alpha", ...ask(machines.shop.ip, 80));
		expect(control).toBe(machines.alpha.ip);
		expect(outside.HostConfig.PortBindings ?? {}).toEqual({});
		expect(containers.flatMap(({ Ports: published }) => published)).toEqual([]);
		// The outer engine's own resolver is the one thing that listens beside what these tests put up.
		expect(listening.split("\n").filter((line) => line !== "" && !line.startsWith("127.0.0.11:"))).toEqual([]);
		expect(await banner(a.outer, 80)).toBe("");
	});
}

/** A script that connects and prints what the other side says; nothing when the connection does not come about. */
function ask(address: string, port: number): string[] {
	return ["sh", "-c", `socat -u -T5 TCP:${address}:${port},connect-timeout=2 - 2>/dev/null; true`];
}

/** A listener on 2375 in both of the container's namespaces: what a careless engine would have. */
async function serve(bed: AttackBed, range: Sibling): Promise<void> {
	const script = `ss -ltn | grep -q ':2375 ' && exit
		socat TCP-LISTEN:2375,fork,reuseaddr SYSTEM:'echo reached' >/dev/null 2>&1 &
		until ss -ltn | grep -q ':2375 '; do sleep 0.02; done`;
	await bed.inContainer(range, "sh", "-c", script);
	if (bed.profile === "unprivileged") await bed.inNetns(range, "sh", "-c", script);
}

/** Open ports as "address:port", seen from alpha. */
async function scan(bed: AttackBed, range: Sibling, addresses: readonly string[], which: string): Promise<string[]> {
	const options = ["-sS", "-n", "-Pn", "-p", which, "--min-rate", "5000", "--max-retries", "1", "-oG", "-"];
	const report = await bed.inMachine(range, "alpha", "nmap", ...options, ...addresses);
	if (!report.includes(`${addresses.length} IP address`)) throw new Error(`The scan did not run: ${report}`);
	return [...report.matchAll(/^Host: (\S+) .*Ports: (.*)$/gm)].flatMap(([, address, list = ""]) =>
		[...list.matchAll(/(\d+)\/open\//g)].map(([, port]) => `${address}:${port}`),
	);
}

/** What a service says, asked from the engine's host itself; nothing when it does not answer. */
async function banner(address: string, port: number): Promise<string> {
	const { promise, resolve } = Promise.withResolvers<string>();
	const socket = createConnection({ host: address, port, timeout: 2000 });
	let said = "";
	socket.on("data", (chunk) => {
		said += chunk.toString();
	});
	socket.once("timeout", () => socket.destroy());
	// A refusal is an answer of this question: nothing was said.
	socket.on("error", () => undefined);
	socket.once("close", () => resolve(said.trim()));
	return await promise;
}
