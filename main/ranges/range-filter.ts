import type { AppliedRules } from "../filter/index.ts";
import { applyRules } from "../filter/index.ts";
import { applyRouterRules, type RouterPlace } from "../router/index.ts";
import type { RangeConnection } from "./connections.ts";
import { filterSpec, routerOf, routerSpec } from "./filter-spec.ts";
import type { RangeRecord } from "./record.ts";

/** What is in force in a range: fingerprints that tell whether somebody changed it. */
export interface RangeFilter {
	readonly range: AppliedRules;
	/** Null while no router machine runs. */
	readonly router: { readonly place: RouterPlace; readonly fingerprint: string } | null;
}

/**
 * Puts the range's filter in force, in its container and in its router machine when one runs. Each is replaced in
 * one step; of the two the container's comes first, because the way out is there.
 */
export async function applyRangeFilter(
	range: RangeRecord,
	{ host, dind, provider }: Pick<RangeConnection, "host" | "dind" | "provider">,
	outerPool: string,
	signal: AbortSignal,
): Promise<RangeFilter> {
	const spec = await filterSpec(host, range, dind.image, outerPool);
	const applied = await applyRules(host, dind, spec, signal);
	const router = routerOf(range);
	if (router === null || router.engineId === null) return { range: applied, router: null };
	const seen = await provider.inspect(router.engineId, signal);
	if (seen?.status !== "running" || seen.processId === null) return { range: applied, router: null };
	const place = { host, dind, pid: seen.processId };
	return { range: applied, router: { place, fingerprint: await applyRouterRules(place, routerSpec(range), signal) } };
}
