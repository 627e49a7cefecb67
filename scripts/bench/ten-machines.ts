import { cpus } from "node:os";
import type { DockerEngine } from "../../main/docker/engine.ts";

/** Ten machines on two networks, as a blueprint and as plain API calls. */

export const image = "homerange/busybox:1";
const command = ["sh", "-c", "trap 'exit 0' TERM INT; while :; do sleep 3600 & wait $!; done"];
const networks = [
	{ name: "left", prefix: "10.0.1" },
	{ name: "right", prefix: "10.0.2" },
] as const;
const machines = networks.flatMap(({ name, prefix }) =>
	[10, 11, 12, 13, 14].map((last) => ({ name: `${name}-${last}`, network: name, ip: `${prefix}.${last}` })),
);

/** No readiness probe: neither side waits for more than that the machines run. */
export const blueprint = `blueprint: 1
name: bench-ten
networks:
${networks.map(({ name, prefix }) => `  ${name}: { subnet: ${prefix}.0/24 }`).join("\n")}
machines:
${machines
	.map(
		({ name, network, ip }) =>
			`  ${name}: { image: ${image}, command: ${JSON.stringify(command)}, nics: [{ network: ${network}, ip: ${ip} }] }`,
	)
	.join("\n")}
limits: { cpus: ${cpus().length}, memory: 4GiB }
`;

export async function makeMachines({ api }: Pick<DockerEngine, "api">): Promise<void> {
	await Promise.all(
		networks.map(({ name, prefix }) =>
			api.createNetwork({ Name: name, IPAM: { Driver: "default", Config: [{ Subnet: `${prefix}.0/24` }] } }),
		),
	);
	await Promise.all(
		machines.map(async ({ name, network, ip }) => {
			const container = await api.createContainer({
				name,
				Image: image,
				Cmd: command,
				HostConfig: { NetworkMode: network },
				NetworkingConfig: { EndpointsConfig: { [network]: { IPAMConfig: { IPv4Address: ip } } } },
			});
			await container.start();
		}),
	);
}

export async function stopMachines({ api }: Pick<DockerEngine, "api">, graceSeconds: number): Promise<void> {
	await Promise.all(machines.map(({ name }) => api.getContainer(name).stop({ t: graceSeconds })));
}

export async function startMachines({ api }: Pick<DockerEngine, "api">): Promise<void> {
	await Promise.all(machines.map(({ name }) => api.getContainer(name).start()));
}
