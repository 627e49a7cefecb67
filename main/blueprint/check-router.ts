import type { Nic } from "../../contract/ranges.ts";
import { formatAddress } from "./addresses.ts";
import { type Check, writtenKeys } from "./check.ts";
import type { CheckedNetwork } from "./check-networks.ts";
import { isImageReference } from "./image-reference.ts";
import { routerMac, routerName } from "./router-machine.ts";

/** Checks the router's image, that it has something to route, and that its name and its MACs are its own. */
export function checkRouter(
	{ draft, root, issues }: Check,
	networks: ReadonlyMap<string, CheckedNetwork>,
	nics: ReadonlyMap<string, readonly Nic[]>,
): void {
	if (draft.router === undefined) return;
	const { image } = draft.router;
	if (!isImageReference(image)) {
		const lower = image.toLowerCase();
		issues.error(
			["router", "image"],
			`"${image.slice(0, 120)}" is not the name of an image.`,
			isImageReference(lower) ? `Write ${lower}.` : "Write name:tag, or registry/name:tag.",
		);
	}
	const routed = [...networks.values()].filter(({ name }) => draft.networks?.[name]?.isolated !== true);
	if (networks.size > 0 && routed.length === 0) {
		issues.error(
			["router"],
			"The router has no address on any network: all of them are isolated.",
			"Leave out router, or take isolated from a network.",
			"key",
		);
	}
	if (writtenKeys(root, ["machines"]).includes(routerName)) {
		issues.error(
			["machines", routerName],
			`A machine cannot be called "${routerName}" beside the key router, which makes a machine of that name.`,
			"Give it another name, or leave out router.",
			"key",
		);
	}
	const macs = new Map(routed.map(({ name, gateway }) => [routerMac(formatAddress(gateway)), name]));
	for (const [machine, cards] of nics) {
		for (const [index, { mac }] of cards.entries()) {
			const network = macs.get(mac);
			if (network === undefined) continue;
			issues.error(
				["machines", machine, "nics", index, "mac"],
				`The MAC ${mac} is the one that the router has on "${network}", from its gateway.`,
				"Give the card another one, or leave out mac.",
			);
		}
	}
}
