import { useEffect, useState } from "react";
import type { VmUsage } from "../../contract/vms.ts";
import { rpc } from "../bridge/client.ts";

const kept = 60;
const againAfterMs = 5000;

/** The newest samples of a virtual machine, the oldest first; taken while the caller is on the page and it runs. */
export function useVmUsage(uuid: string, isUp: boolean): readonly VmUsage[] {
	const [samples, setSamples] = useState<readonly VmUsage[]>([]);
	const [turn, setTurn] = useState(0);
	// biome-ignore lint/correctness/useExhaustiveDependencies: each turn asks again
	useEffect(() => {
		setSamples([]);
		if (!isUp) return;
		const abort = new AbortController();
		let timer: ReturnType<typeof setTimeout> | undefined;
		const follow = async (): Promise<void> => {
			try {
				for await (const batch of await rpc().vms.usage({ vms: [uuid] }, { signal: abort.signal })) {
					const own = batch.filter((sample) => sample.uuid === uuid);
					if (!abort.signal.aborted) setSamples((before) => [...before, ...own].slice(-kept));
				}
			} catch {
				// A hypervisor that goes away ends the stream; its state is shown elsewhere, and samples come again later.
			}
			if (!abort.signal.aborted) timer = setTimeout(() => setTurn((before) => before + 1), againAfterMs);
		};
		void follow();
		return () => {
			abort.abort();
			clearTimeout(timer);
		};
	}, [uuid, isUp, turn]);
	return samples;
}
