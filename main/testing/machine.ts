import type { DockerEngine, InnerEngine } from "../docker/engine.ts";
import { transferImage } from "../docker/images.ts";
import { smallImage } from "./engine.ts";

/** A network and a machine on it in a test's DinD, at the address that blueprints like. */
export const machineAddress = "10.0.1.100";

export async function startTestMachine(
	host: DockerEngine,
	inner: InnerEngine,
	options: { name: string; command: string[]; image?: string },
): Promise<string> {
	const { image = smallImage, name, command } = options;
	await transferImage(host, inner, image);
	await inner.api.createNetwork({
		Name: "lan",
		Options: { "com.docker.network.bridge.name": "hr0" },
		IPAM: { Driver: "default", Config: [{ Subnet: "10.0.1.0/24", Gateway: "10.0.1.1" }] },
	});
	const machine = await inner.api.createContainer({
		name,
		Image: image,
		Cmd: command,
		HostConfig: { NetworkMode: "lan" },
		NetworkingConfig: { EndpointsConfig: { lan: { IPAMConfig: { IPv4Address: machineAddress } } } },
	});
	await machine.start();
	return machine.id;
}
