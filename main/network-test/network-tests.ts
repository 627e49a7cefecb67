import { HomerangeError } from "../../contract/errors.ts";
import type { NetworkTestNews } from "../../contract/network-test.ts";
import type { RangeSite } from "../ranges/range-site.ts";
import { testNetwork } from "./test-network.ts";

/** Tests the networks of ranges, one test at a time for each. */
export class NetworkTests {
	readonly #site: (range: string, signal?: AbortSignal) => Promise<RangeSite>;
	readonly #running = new Set<string>();

	constructor(site: (range: string, signal?: AbortSignal) => Promise<RangeSite>) {
		this.#site = site;
	}

	/** Progress, then the result. Ending the iteration, or the abort, ends the test and removes what it made. */
	async *run(range: string, signal?: AbortSignal): AsyncGenerator<NetworkTestNews, void> {
		const site = await this.#site(range, signal);
		if (this.#running.has(site.id)) {
			throw new HomerangeError("RANGE_BUSY", `The networks of ${site.name} are being tested already.`, {
				place: site.name,
				remedy: "Wait until that test has ended.",
			});
		}
		this.#running.add(site.id);
		const end = new AbortController();
		try {
			yield* testNetwork(site, signal === undefined ? end.signal : AbortSignal.any([signal, end.signal]));
		} finally {
			end.abort();
			this.#running.delete(site.id);
		}
	}
}
