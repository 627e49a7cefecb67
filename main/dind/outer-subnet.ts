import { HomerangeError } from "../../contract/errors.ts";
import { type Cidr, formatCidr, overlaps, parseCidr, requireCidr, sizeOf } from "./cidr.ts";

/** A range's container needs one address, its gateway one more; /28 leaves room and gives a /16 pool 4096 ranges. */
const slicePrefix = 28;

/** What a default route covers is not taken: it only says where everything else goes. */
const defaultRoute = 0;

/**
 * The first free /28 of the pool: it overlaps nothing that is taken on the engine or its host, and nothing that
 * the blueprint uses (a range whose own network equals its outer one could not reach out). Pure.
 * Throws INPUT_INVALID for a pool that is no network, PREFLIGHT_FAILED when nothing is free.
 */
export function chooseOuterSubnet(o: { pool: string; taken: string[]; avoid: string[] }): string {
	const pool = requireCidr(o.pool, "The outer pool");
	const used = [...o.taken, ...o.avoid]
		.map(parseCidr)
		.filter((cidr): cidr is Cidr => cidr !== null && cidr.prefix !== defaultRoute);
	const step = sizeOf(slicePrefix);
	const end = pool.base + sizeOf(pool.prefix);
	let base = pool.base;
	while (base + step <= end) {
		const slice = { base, prefix: slicePrefix };
		const hit = used.find((cidr) => overlaps(cidr, slice));
		if (!hit) return formatCidr(slice);
		// Jump behind the obstacle: a /16 in the way is one step, not four thousand.
		base = Math.max(base + step, Math.ceil((hit.base + sizeOf(hit.prefix)) / step) * step);
	}
	throw new HomerangeError("PREFLIGHT_FAILED", `No free /${slicePrefix} network is left in the outer pool ${o.pool}.`, {
		remedy: "Destroy ranges that are no longer needed, or set another outer pool in the settings.",
	});
}

/** Networks that slirp4netns may use for its side of the tap, first choice first: none is used by real LANs. */
const rootlessCandidates = [
	"198.18.255.0/24",
	"198.19.255.0/24",
	"100.127.255.0/24",
	"192.0.0.0/24",
	"240.18.255.0/24",
];

/**
 * The unprivileged profile's inner uplink network. slirp4netns' own default is 10.0.2.0/24, which blueprints use:
 * this one is outside every network of the range. Pure.
 */
export function chooseRootlessCidr(avoid: string[]): string {
	const used = avoid.map(parseCidr).filter((cidr): cidr is Cidr => cidr !== null);
	const free = rootlessCandidates.find((candidate) => {
		const cidr = parseCidr(candidate);
		return cidr !== null && !used.some((other) => overlaps(other, cidr));
	});
	if (free) return free;
	throw new HomerangeError(
		"PREFLIGHT_FAILED",
		"The blueprint's networks leave no address room for the range's uplink.",
		{
			remedy: `Leave one of ${rootlessCandidates.join(", ")} unused, or use the privileged isolation profile.`,
		},
	);
}
