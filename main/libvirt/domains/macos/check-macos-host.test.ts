import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { checkMacosHost } from "./check-macos-host.ts";

let root: string;
beforeEach(async () => {
	root = await mkdtemp(join(tmpdir(), "hr-mac-"));
});
afterEach(async () => await rm(root, { recursive: true, force: true }));

async function host(files: Record<string, string>) {
	for (const [path, content] of Object.entries(files)) {
		await mkdir(dirname(join(root, path)), { recursive: true });
		await writeFile(join(root, path), content);
	}
	const findings = await checkMacosHost({ sys: join(root, "sys"), proc: join(root, "proc") });
	return findings.map(({ severity, message }) => `${severity}: ${message}`);
}

const mac = {
	"proc/cpuinfo": "processor\t: 0\nflags\t\t: fpu avx avx2 constant_tsc\n",
	"sys/module/kvm/parameters/ignore_msrs": "Y\n",
	"sys/devices/system/clocksource/clocksource0/current_clocksource": "tsc\n",
	"sys/class/dmi/id/sys_vendor": "Apple Inc.\n",
};

describe("a host for macOS", () => {
	test("a Mac with Linux that is set up has no finding", async () => {
		expect(await host(mac)).toEqual([]);
	});

	test("each thing that makes macOS stop at its start is named", async () => {
		const findings = await host({
			...mac,
			"proc/cpuinfo": "flags\t\t: fpu avx\n",
			"sys/module/kvm/parameters/ignore_msrs": "N\n",
			"sys/devices/system/clocksource/clocksource0/current_clocksource": "hpet\n",
			"sys/class/dmi/id/sys_vendor": "LENOVO\n",
		});
		expect(findings).toEqual([
			expect.stringContaining("error: The host's processor has no AVX2"),
			expect.stringContaining("error: KVM reports registers that it does not know"),
			expect.stringContaining("warning: The host's clock is hpet"),
			expect.stringContaining("warning: Apple's licence"),
		]);
	});

	test("what the kernel does not say is not judged, except that KVM is missing", async () => {
		expect(await host({})).toEqual(["error: The kernel module kvm is not loaded."]);
	});
});
