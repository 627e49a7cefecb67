import { type ErrorCode, HomerangeError } from "../../../contract/errors.ts";
import { printable } from "../../docker/api-errors.ts";
import {
	isAccessDenied,
	isAgentUnresponsive,
	isNoDomain,
	isNoNetwork,
	isNoSnapshot,
	isNoVolume,
	isOperationInvalid,
	isUnsupported,
	isVolumeExists,
	ErrorCode as LibvirtCode,
	LibvirtConnectionError,
	LibvirtError,
	LibvirtTimeoutError,
} from "../rpc/index.ts";

const messageLimit = 1000;

/** What a call to libvirt threw, as an error of the catalogue. An abort, and what is of the catalogue, stay what they are. */
export function libvirtFailure(error: unknown, place: string): unknown {
	if (error instanceof HomerangeError || (error instanceof Error && error.name === "AbortError")) return error;
	if (error instanceof LibvirtConnectionError) {
		return new HomerangeError("HYPERVISOR_UNAVAILABLE", printable(error.message, messageLimit), {
			place,
			remedy: error.remedy,
			cause: error,
		});
	}
	if (error instanceof LibvirtTimeoutError) {
		return new HomerangeError("TIMEOUT", error.message, {
			place,
			remedy: "Look whether the host is overloaded, or the daemon hangs, and try again.",
			cause: error,
		});
	}
	if (!(error instanceof LibvirtError)) return error;
	const [code, remedy] = kindOf(error);
	return new HomerangeError(code, sentence(error.message), { place, remedy, cause: error });
}

/** Runs calls to libvirt; what they throw leaves as an error of the catalogue. */
export async function withLibvirtErrors<T>(place: string, work: () => Promise<T>): Promise<T> {
	try {
		return await work();
	} catch (error) {
		throw libvirtFailure(error, place);
	}
}

function kindOf(error: LibvirtError): [ErrorCode, string | null] {
	const { message } = error;
	if (isNoDomain(error)) return ["VM_NOT_FOUND", "List the VMs to see their names."];
	if (isNoSnapshot(error)) return ["SNAPSHOT_NOT_FOUND", "List the VM's snapshots to see their names."];
	if (isNoNetwork(error)) return ["NETWORK_NOT_FOUND", "List libvirt's networks to see their names."];
	if (isNoVolume(error)) return ["IMAGE_NOT_FOUND", null];
	if (/no space left on device|disk quota exceeded/i.test(message)) {
		return ["DISK_FULL", "Free disk space where libvirt keeps its images, then try again."];
	}
	if (/cannot allocate memory|cannot set up guest memory|out of memory/i.test(message)) {
		return ["PREFLIGHT_FAILED", "Stop other VMs or ranges, or give this one less memory."];
	}
	if (isAccessDenied(error) || /permission denied/i.test(message)) {
		return ["FORBIDDEN", "See that libvirt's own user may read the file and every folder above it."];
	}
	if (isAgentUnresponsive(error))
		return ["STATE_CONFLICT", "Install the guest agent in the guest, or wait until it is up."];
	if (isVolumeExists(error) || error.code === LibvirtCode.domainExists || /already exists/.test(message)) {
		return ["NAME_TAKEN", "Choose another name."];
	}
	if (isOperationInvalid(error) || error.code === LibvirtCode.busy) return ["STATE_CONFLICT", null];
	if (error.code === LibvirtCode.timeout)
		return ["TIMEOUT", "Another operation holds the VM. Wait for it, then try again."];
	if (isUnsupported(error)) return ["UNSUPPORTED", null];
	return ["ENGINE_REFUSED", null];
}

/** libvirt's words begin with what it was doing and have no full stop. */
function sentence(message: string): string {
	const text = printable(message, messageLimit).replace(
		/^(operation failed|internal error|Requested operation is not valid): /i,
		"",
	);
	const end = /[.!?]$/.test(text) ? "" : ".";
	return `libvirt says: ${text}${end}`;
}
