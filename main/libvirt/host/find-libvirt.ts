import { HomerangeError } from "../../../contract/errors.ts";
import type { HypervisorState } from "../../../contract/hypervisor.ts";
import { type LibvirtConnection, LibvirtConnectionError, openLibvirt } from "../rpc/index.ts";

export const systemUri = "qemu:///system";
export const sessionUri = "qemu:///session";

export interface Surroundings {
	readonly env: NodeJS.ProcessEnv;
	readonly homeFolder: string;
	readonly platform: NodeJS.Platform;
}

/** Addresses to try, best first. */
export function candidates(setting: string, platform: NodeJS.Platform): readonly string[] {
	if (setting === "off") return [];
	if (setting !== "auto") return [setting];
	// libvirt on macOS has no networks and no privileges to use: its daemon is the person's own.
	return platform === "darwin" ? [sessionUri] : [systemUri, sessionUri];
}

/**
 * Connects to the first address that lets us in. Throws what the most telling of them said: one that refused says more
 * than one that is not there.
 */
export async function findLibvirt(
	setting: string,
	{ env, homeFolder, platform }: Surroundings,
	signal: AbortSignal,
): Promise<LibvirtConnection> {
	const failures: unknown[] = [];
	for (const uri of candidates(setting, platform)) {
		try {
			return await openLibvirt({ uri, signal, env, homeFolder });
		} catch (error) {
			signal.throwIfAborted();
			failures.push(error);
		}
	}
	throw failures.find((failure) => !isAbsent(failure)) ?? failures[0] ?? switchedOff();
}

function isAbsent(error: unknown): boolean {
	return error instanceof LibvirtConnectionError && (error.reason === "missing" || error.reason === "refused");
}

function switchedOff(): HomerangeError {
	return new HomerangeError("HYPERVISOR_UNAVAILABLE", "The settings say that libvirt is not to be used.", {
		remedy: "Set libvirt to auto in the settings.",
	});
}

/** Why there is no connection, for people. */
export function failureStatus(
	error: unknown,
	platform: NodeJS.Platform,
): { state: HypervisorState; reason: string; remedy: string | null } {
	if (error instanceof HomerangeError) return { state: "off", reason: error.message, remedy: error.remedy };
	if (!(error instanceof LibvirtConnectionError)) {
		const reason = error instanceof Error ? error.message : String(error);
		return { state: "lost", reason: `libvirt cannot be used: ${reason}`, remedy: "Run the doctor." };
	}
	if (isAbsent(error)) {
		return {
			state: "absent",
			reason:
				error.reason === "missing"
					? "There is no libvirt on this machine, or its daemon does not run."
					: "libvirt's socket is there and its daemon does not run.",
			remedy: installRemedy(platform),
		};
	}
	const isRefusal = error.reason === "denied" || error.reason === "authentication" || error.reason === "address";
	return { state: isRefusal ? "refused" : "lost", reason: error.message, remedy: error.remedy };
}

function installRemedy(platform: NodeJS.Platform): string {
	if (platform === "darwin") return "Install it: brew install libvirt qemu, then brew services start libvirt.";
	return (
		"Install it and start it: on Debian and Ubuntu `apt install qemu-system-x86 qemu-utils libvirt-daemon-system`, on " +
		"Fedora `dnf install @virtualization`, then `systemctl enable --now libvirtd`."
	);
}
