import type { HypervisorHost } from "../../contract/hypervisor.ts";
import type { VmNicInput } from "../../contract/vm-requests.ts";
import type { Choice } from "../components/field.tsx";
import { strings } from "../strings.ts";

/** Where a network card is plugged in, as a choice of a form. */
export type NicPlace = "user" | "bridge" | `network ${string}`;

const words = strings.vms.wizard.networks;

/** What `vmNicInput` takes for a choice. */
export function nicInputOf(place: NicPlace, bridge = ""): VmNicInput {
	if (place === "user") return { kind: "user" };
	if (place === "bridge") return { kind: "bridge", source: bridge };
	return { kind: "network", source: place.slice("network ".length) };
}

/** QEMU's own NAT and libvirt's networks: what is there without being asked for by a name. */
export function namedPlaces(host: HypervisorHost | null): Choice<Exclude<NicPlace, "bridge">>[] {
	return [
		{ value: "user", title: words.user },
		...(host?.networks ?? []).map(({ name, active }) => ({
			value: `network ${name}` as const,
			title: active ? words.network(name) : words.inactive(name),
		})),
	];
}
