import type { LibvirtHost } from "../../libvirt/host/index.ts";
import {
	type Domain,
	isNoDomain,
	isOperationInvalid,
	isUnsupported,
	type LibvirtConnection,
	LibvirtError,
	LibvirtTimeoutError,
	ShutdownDomain,
	UndefineDomain,
} from "../../libvirt/rpc/index.ts";
import { runs } from "./wait-for-stop.ts";

const agentLimitMs = 5000;
const { managedSave, snapshotsMetadata, nvram, checkpointsMetadata, tpm } = UndefineDomain;
const everything = managedSave | snapshotsMetadata | nvram | checkpointsMetadata | tpm;

/** Asks a running guest to shut down: by its agent where one answers; else by the button that every machine has. */
export async function askToShutDown(host: LibvirtHost, domain: Domain, agent: boolean): Promise<void> {
	const { domains } = await host.connection();
	try {
		if (agent) {
			try {
				return await domains.shutdown(domain, ShutdownDomain.agent, { limitMs: agentLimitMs });
			} catch (error) {
				// An agent that cannot: the guest has no such command, or the agent hangs. The button is tried all the same.
				if (!(error instanceof LibvirtError) && !(error instanceof LibvirtTimeoutError)) throw error;
			}
		}
		await domains.shutdown(domain, ShutdownDomain.acpi);
	} catch (error) {
		// It stopped in this moment: QEMU's end cuts a request off with more than one kind of error.
		if (!(error instanceof LibvirtError) || (await runs(host, domain))) throw error;
	}
}

/** Off at once. Gone, or off already, is what was wanted. */
export async function cutPower({ domains }: LibvirtConnection, domain: Domain, signal?: AbortSignal): Promise<void> {
	try {
		await domains.destroy(domain, 0, { signal });
	} catch (error) {
		if (!isNoDomain(error) && !isOperationInvalid(error)) throw error;
	}
}

/** Forgets a domain that is off, with all that libvirt keeps of it. */
export async function undefine({ domains }: LibvirtConnection, domain: Domain, signal?: AbortSignal): Promise<void> {
	try {
		await domains.undefine(domain, everything, { signal });
	} catch (error) {
		// The flag of the TPM's state came with libvirt 8.9; before, it goes with the domain.
		if (!isUnsupported(error)) throw error;
		await domains.undefine(domain, everything & ~tpm, { signal });
	}
}
