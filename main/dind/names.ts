import { createHash } from "node:crypto";

/** Labels that say whose an engine object is. The same words on the host engine and on inner engines. */
export const label = {
	owner: "io.homerange.owner",
	range: "io.homerange.range",
	rangeName: "io.homerange.range-name",
	role: "io.homerange.role",
	profile: "io.homerange.profile",
	/** The store of image layers that a store's volume is, or that a range's volume was cloned from. */
	store: "io.homerange.store",
	/** The image the range's container runs; its network and volume carry it too, for the clean-up's helper. */
	dindImage: "io.homerange.dind-image",
} as const;

export type HostRole = "dind" | "volume" | "outer-network" | "helper" | "trial" | "seed" | "store";

/** Names of a range's three objects on the host engine. The id's part keeps installations apart. */
export function hostNames(rangeName: string, rangeId: string): { container: string; volume: string; network: string } {
	const container = `homerange-${rangeName}-${rangeId.slice(0, 8)}`;
	return { container, volume: `${container}-data`, network: `${container}-outer` };
}

/**
 * Name of the outer bridge on the engine's host. It is ours and known before the bridge exists, so the wall can
 * stand before the first packet. 15 characters is the kernel's limit for an interface name.
 */
export function outerBridgeName(rangeId: string): string {
	return `hro-${hashed(rangeId, 11)}`;
}

/** Chain of the host-side wall; xtables allows 28 characters. */
export function wallChainName(rangeId: string): string {
	return `HOMERANGE-${hashed(rangeId, 16)}`;
}

/** Ids come from a database file: hashing them keeps anything else out of names that reach a shell or a kernel. */
function hashed(text: string, length: number): string {
	return createHash("sha256").update(text).digest("hex").slice(0, length);
}
