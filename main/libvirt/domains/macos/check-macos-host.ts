import { join } from "node:path";
import { contentOf } from "../ability/kernel-files.ts";
import { type Finding, problem, warning } from "../findings.ts";

/** Where the kernel's files of the host are. */
export interface HostFolders {
	readonly sys: string;
	readonly proc: string;
}

/**
 * What macOS as a guest asks of a Linux host beyond KVM: what makes it stop at the Apple logo otherwise. Each finding
 * is what this host's kernel says; what it does not say is not judged.
 */
export async function checkMacosHost(
	folders: HostFolders = { sys: "/sys", proc: "/proc" },
): Promise<readonly Finding[]> {
	const read = async (...path: string[]) => (await contentOf(join(...path)))?.trim() ?? null;
	const [cpuinfo, ignoreMsrs, clock, vendor] = await Promise.all([
		read(folders.proc, "cpuinfo"),
		read(folders.sys, "module", "kvm", "parameters", "ignore_msrs"),
		read(folders.sys, "devices", "system", "clocksource", "clocksource0", "current_clocksource"),
		read(folders.sys, "class", "dmi", "id", "sys_vendor"),
	]);
	const findings: Finding[] = [];
	const flags = /^flags\s*:(.*)$/m
		.exec(cpuinfo ?? "")?.[1]
		?.trim()
		.split(/\s+/);
	if (flags !== undefined && !flags.includes("avx2")) {
		findings.push(
			problem(
				"The host's processor has no AVX2, which macOS needs since version 13.",
				"Use a host with a newer processor.",
			),
		);
	}
	if (ignoreMsrs === null) {
		findings.push(problem("The kernel module kvm is not loaded.", "Load kvm_intel or kvm_amd."));
	} else if (!/^[Y1]/i.test(ignoreMsrs)) {
		findings.push(
			problem(
				"KVM reports registers that it does not know to the guest as faults, and macOS stops at the first one.",
				'Run as root: echo 1 > /sys/module/kvm/parameters/ignore_msrs. To keep it, write "options kvm ignore_msrs=1" into /etc/modprobe.d/kvm.conf.',
			),
		);
	}
	if (clock !== null && clock !== "tsc") {
		findings.push(
			warning(
				`The host's clock is ${clock} and not the processor's own counter (TSC): macOS may stop at start or run with a wrong clock.`,
				"Look in the kernel's log why the TSC was found unstable; a firmware update often helps.",
			),
		);
	}
	if (vendor !== null && !vendor.startsWith("Apple")) {
		findings.push(
			warning(
				"Apple's licence allows macOS in a virtual machine only on a computer that Apple made, and this one was made by another.",
			),
		);
	}
	return findings;
}
