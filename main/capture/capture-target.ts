import type { CaptureTarget } from "../consoles/index.ts";
import type { RangeSite } from "../ranges/range-site.ts";

/** A network of a range for the capture channel. Errors: `NETWORK_NOT_FOUND`. */
export function captureTarget(site: RangeSite, network: string): CaptureTarget {
	const { host, dind, name } = site;
	return { host, dind, bridge: site.bridge(network), title: `network ${network} of range ${name}` };
}
