import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { ResolvedMachine } from "../../blueprint/resolved.ts";
import { containerSpec, type SpecContext } from "./container-spec.ts";

const context: SpecContext = {
	owner: "owner",
	rangeId: "range",
	rangeName: "shop-1",
	apiVersion: "1.51",
	perMachineLimits: true,
};
const web: ResolvedMachine = {
	name: "web",
	hostname: "www",
	role: "machine",
	provider: "docker",
	os: null,
	source: { kind: "image", name: "homerange/busybox:1" },
	image: "homerange/busybox:1",
	nics: [
		{ network: "lan", ip: "10.0.1.10", mac: "02:42:0a:00:01:0a", isDefault: false },
		{ network: "dmz", ip: "10.0.2.10", mac: "02:42:0a:00:02:0a", isDefault: true },
	],
	cpus: 0.5,
	memoryBytes: 64 * 1024 ** 2,
	diskBytes: null,
	command: ["httpd", "-f"],
	environment: { TZ: "UTC" },
	files: [],
	postBoot: [],
	ready: null,
	dependsOn: [],
	vncPort: null,
	serial: false,
	labels: { team: "blue" },
};

describe("containerSpec", () => {
	test("gives every NIC its exact address, MAC, name and rank on a current engine", () => {
		expect(containerSpec(web, context).NetworkingConfig).toEqual({
			EndpointsConfig: {
				lan: {
					IPAMConfig: { IPv4Address: "10.0.1.10" },
					MacAddress: "02:42:0a:00:01:0a",
					DriverOpts: { "com.docker.network.endpoint.ifname": "eth0" },
					GwPriority: 0,
				},
				dmz: {
					IPAMConfig: { IPv4Address: "10.0.2.10" },
					MacAddress: "02:42:0a:00:02:0a",
					DriverOpts: { "com.docker.network.endpoint.ifname": "eth1" },
					GwPriority: 1,
				},
			},
		});
	});

	test("an older engine takes one endpoint, and its MAC beside it", () => {
		const spec = containerSpec(web, { ...context, apiVersion: "1.41" });
		expect(spec.MacAddress).toBe("02:42:0a:00:01:0a");
		expect(spec.NetworkingConfig).toEqual({ EndpointsConfig: { lan: { IPAMConfig: { IPv4Address: "10.0.1.10" } } } });
	});

	test("a network called host is a network and not the host's, and a name of one letter is an alias", () => {
		const nics = [{ network: "host", ip: "10.0.1.10", mac: "02:42:0a:00:01:0a", isDefault: true }];
		const spec = containerSpec({ ...web, name: "a", nics }, context);
		expect(spec.name).toBe("a_");
		expect(spec.HostConfig?.NetworkMode).toBe("host_");
		expect(spec.NetworkingConfig?.EndpointsConfig).toMatchObject({ host_: { Aliases: ["a"] } });
	});

	test("sets a machine's limits only where the inner engine can hold them", () => {
		expect(containerSpec(web, context).HostConfig).toMatchObject({
			Memory: 64 * 1024 ** 2,
			MemorySwap: 64 * 1024 ** 2,
			CpuShares: 512,
			PidsLimit: 4096,
		});
		const unlimited = containerSpec(web, { ...context, perMachineLimits: false }).HostConfig ?? {};
		expect(Object.keys(unlimited)).not.toContain("Memory");
		expect(Object.keys(unlimited)).not.toContain("PidsLimit");
	});

	test("a blueprint's labels cannot pose as ours", () => {
		const posing = { ...web, labels: { "io.homerange.range": "other", "io.homerange.machine": "db", team: "red" } };
		expect(containerSpec(posing, context).Labels).toMatchObject({
			"io.homerange.range": "range",
			"io.homerange.machine": "web",
			team: "red",
		});
	});

	test("nothing that a blueprint says reaches a field of HostConfig beyond the allowed ones", () => {
		const text = fc.string({ maxLength: 30 });
		const words = fc.dictionary(text, text, { maxKeys: 5 });
		const machines = fc.record({
			hostname: text,
			command: fc.option(fc.array(text, { maxLength: 4 })),
			environment: words,
			labels: words,
			cpus: fc.option(fc.double({ min: 0.01, max: 64, noNaN: true })),
			memoryBytes: fc.option(fc.integer({ min: 16 * 1024 ** 2 })),
			serial: fc.boolean(),
			vncPort: fc.option(fc.integer({ min: 1, max: 65_535 })),
		});
		fc.assert(
			fc.property(machines, (machine) => {
				const hostile = { ...web, ...machine, Privileged: true, HostConfig: { Privileged: true, Binds: ["/:/host"] } };
				const spec = containerSpec(hostile, context);
				const { Memory: memory, MemorySwap: swap, CpuShares: shares, ...fixed } = spec.HostConfig ?? {};
				expect(fixed).toEqual({
					NetworkMode: "lan",
					RestartPolicy: { Name: "no" },
					LogConfig: { Type: "json-file", Config: { "max-size": "10m", "max-file": "2" } },
					PidsLimit: 4096,
				});
				expect(swap).toBe(memory);
				for (const number of [memory, shares]) expect(["number", "undefined"]).toContain(typeof number);
				const allowed = [
					"name",
					"Image",
					"Hostname",
					"Cmd",
					"Env",
					"Labels",
					"Tty",
					"OpenStdin",
					"HostConfig",
					"NetworkingConfig",
				];
				for (const key of Object.keys(spec)) expect(allowed).toContain(key);
			}),
		);
	});
});
