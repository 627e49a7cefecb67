import { label } from "../../dind/index.ts";
import type { DockerEngine } from "../../docker/engine.ts";
import { uniqueName } from "../../testing/engine.ts";

const image = "homerange/attacker:1";

/** The internet of the tests: an address of a documentation network, which no packet leaves this machine for. */
export const internet = "203.0.113.10";
/** A private network behind the same gateway: what a trainee must not reach. */
export const privateLan = "192.168.77.10";
/** A name that the outer engine's resolver knows by itself: no question leaves this machine. */
export const outsideName = "shop.example.test";

/**
 * A container on a range's outer network that plays the internet, a private LAN and a sibling: port 80 tells the
 * address that asks, port 7 keeps what it is sent in /tmp/received. It goes with the range.
 */
export async function openInternet(
	host: DockerEngine,
	dind: { rangeId: string; container: string; network: string },
): Promise<{ name: string; address: string }> {
	const name = uniqueName("internet");
	const serve = "socat TCP-LISTEN:80,fork,reuseaddr SYSTEM:'echo $SOCAT_PEERADDR' &";
	const sink = "socat -u TCP-LISTEN:7,fork,reuseaddr OPEN:/tmp/received,creat,append &";
	const container = await host.api.createContainer({
		name,
		Image: image,
		Cmd: [
			"sh",
			"-c",
			`ip addr add ${internet}/32 dev lo; ip addr add ${privateLan}/32 dev lo; ${serve} ${sink} exec sleep infinity`,
		],
		Labels: { [label.range]: dind.rangeId },
		HostConfig: { NetworkMode: dind.network, CapAdd: ["NET_ADMIN"] },
		NetworkingConfig: { EndpointsConfig: { [dind.network]: { Aliases: [outsideName] } } },
	});
	await container.start();
	const address = (await container.inspect()).NetworkSettings.Networks[dind.network]?.IPAddress ?? "";
	for (const network of ["203.0.113.0/24", "192.168.77.0/24"]) {
		// Not through runExec: in the unprivileged profile only a privileged exec may add a route outside.
		const exec = await host.api
			.getContainer(dind.container)
			.exec({ Privileged: true, Cmd: ["ip", "route", "add", network, "via", address] });
		await exec.start({ Detach: true });
	}
	return { name, address };
}
