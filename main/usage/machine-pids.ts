import type { RangeSite } from "../ranges/range-site.ts";

/** Which process is each machine's first; asked of the inner engine again after something changed. */
export class MachinePids {
	#known: ReadonlyMap<string, number> | null = null;

	/** Something happened to the machines. */
	forget(): void {
		this.#known = null;
	}

	async current({ inner, machines }: RangeSite, signal: AbortSignal): Promise<ReadonlyMap<string, number>> {
		if (this.#known !== null) return this.#known;
		const known = new Map<string, number>();
		// What happens from here on is asked about the next time.
		this.#known = known;
		const running = machines.filter(
			({ spec, engineId, state }) => spec.provider === "docker" && engineId !== null && state !== "stopped",
		);
		const options: object = { abortSignal: signal };
		const pids = await Promise.all(
			running.map(async ({ engineId }) => {
				try {
					return (await inner.api.getContainer(engineId ?? "").inspect(options)).State.Pid;
				} catch (error) {
					signal.throwIfAborted();
					// A machine that is just going has no process to look at; of others the next change tells.
					if (error instanceof Error) return 0;
					throw error;
				}
			}),
		);
		running.forEach(({ spec: { name } }, at) => {
			const pid = pids[at] ?? 0;
			// The inner engine may be anybody's: only what can be a machine's process is taken.
			if (Number.isSafeInteger(pid) && pid > 1 && pid < 2 ** 31) known.set(name, pid);
		});
		return known;
	}
}
