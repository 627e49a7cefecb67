import { HomerangeError } from "../../../contract/errors.ts";
import type { LibvirtHost } from "../../libvirt/host/index.ts";
import { type Domain, isConnectionLost, isNoDomain } from "../../libvirt/rpc/index.ts";
import { isActive, vmState } from "../read/state.ts";

/**
 * Waits until a domain does not run any more: by the hypervisor's events, and, over a connection that broke, by
 * looking once it is back. False when the time was over first; 0 waits without an end.
 */
export async function waitForStop(
	host: LibvirtHost,
	domain: Domain,
	limitMs: number,
	signal: AbortSignal,
): Promise<boolean> {
	const { promise, resolve, reject } = Promise.withResolvers<boolean>();
	const look = async () => {
		try {
			if (!(await runs(host, domain))) resolve(true);
		} catch (error) {
			// The daemon is gone: it is looked at again when it is back.
			if (!isConnectionLost(error) && !isUnavailable(error)) reject(error);
		}
	};
	const ends = [
		host.onDomainEvent(({ uuid }, news) => {
			if (uuid === domain.uuid && news.kind === "lifecycle") void look();
		}),
		host.onConnected(() => void look()),
	];
	const timer = limitMs > 0 ? setTimeout(() => resolve(false), limitMs) : null;
	const aborted = () => reject(signal.reason);
	signal.addEventListener("abort", aborted, { once: true });
	try {
		signal.throwIfAborted();
		// It may have stopped before anybody listened.
		void look();
		return await promise;
	} finally {
		for (const end of ends) end();
		if (timer !== null) clearTimeout(timer);
		signal.removeEventListener("abort", aborted);
	}
}

export async function runs(host: LibvirtHost, domain: Domain): Promise<boolean> {
	try {
		const { state } = await (await host.connection()).domains.state(domain);
		return isActive(vmState(state));
	} catch (error) {
		if (isNoDomain(error)) return false;
		throw error;
	}
}

function isUnavailable(error: unknown): boolean {
	return error instanceof HomerangeError && error.code === "HYPERVISOR_UNAVAILABLE";
}
