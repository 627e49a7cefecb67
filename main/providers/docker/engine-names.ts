/**
 * Names of a range's objects on its inner engine. They are the blueprint's, but
 * for those that Docker does not take: a container needs two characters, and some
 * network names mean something else to it ("host" is no name but a privilege).
 * An underscore cannot be in a blueprint's name, so nothing can collide.
 */
const takenNetworkNames = new Set(["bridge", "default", "host", "none", "nat", "ingress"]);

export function containerName(machine: string): string {
	return machine.length < 2 ? `${machine}_` : machine;
}

export function networkName(network: string): string {
	return takenNetworkNames.has(network) ? `${network}_` : network;
}
