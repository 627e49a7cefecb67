import { describe, expect, test } from "vitest";
import { host, hostDocument } from "../testing/hosts.ts";
import { abilityQuestions, readAbility } from "./read-ability.ts";

describe("what to ask a host", () => {
	test("acceleration first, emulation after it", () => {
		const kinds = (name: string) =>
			abilityQuestions(hostDocument(`${name}-capabilities`)).map(({ virtType }) => virtType);
		expect(kinds("kvm")).toEqual(["kvm", "qemu"]);
		expect(kinds("emulation")).toEqual(["qemu"]);
	});

	test("the machine of the host's architecture, or of the one that was asked for", () => {
		const capabilities = hostDocument("emulation-capabilities");
		expect(abilityQuestions(capabilities)[0]).toMatchObject({ arch: "x86_64", machine: "q35" });
		expect(abilityQuestions(capabilities, "aarch64")[0]).toMatchObject({ arch: "aarch64", machine: "virt" });
		expect(abilityQuestions(capabilities, "riscv64")).toEqual([]);
	});
});

describe("what a host can do", () => {
	test("with KVM", () => {
		expect(host("kvm")).toMatchObject({
			...{ virtType: "kvm", emulationReason: null, arch: "x86_64", machine: "q35", libvirtVersion: 9_000_000 },
			...{ hasEfi: true, hasSecureBoot: true, tpmModels: ["tpm-tis", "tpm-crb"], hasIommu: true },
			...{ hasExternalSnapshots: true, memoryBytes: 15_820_576 * 1024, cpus: 2, cpuVendor: "Intel" },
		});
	});

	test("without firmware and without swtpm", () => {
		expect(host("bare")).toMatchObject({ hasEfi: false, hasSecureBoot: false, tpmModels: [], loaders: [] });
	});

	test("an arm host has UEFI, and no secure boot whatever its loaders say", () => {
		const { machine, hasEfi, hasSecureBoot } = host("arm64");
		expect({ machine, hasEfi, hasSecureBoot }).toEqual({ machine: "virt", hasEfi: true, hasSecureBoot: false });
	});

	test("KVM that libvirt names and cannot use is emulation, with libvirt's own words", () => {
		const capabilities = hostDocument("kvm-capabilities");
		const asked = abilityQuestions(capabilities).at(-1);
		if (asked === undefined) throw new Error("no question");
		const refusal = "the accel 'kvm' is not supported by '/usr/bin/qemu-system-x86_64' on this host";
		const ability = readAbility(capabilities, hostDocument("emulation-domain"), asked, { refusal });
		expect(ability.virtType).toBe("qemu");
		expect(ability.emulationReason).toContain(refusal);
	});

	test("libvirt 12.1 says itself whether its firmware has secure boot, and keys that make it one", () => {
		const capabilities = hostDocument("kvm-capabilities");
		const [asked] = abilityQuestions(capabilities);
		if (asked === undefined) throw new Error("no question");
		const said = (secure: string, keys: string) => {
			const list = `<enum name='secureBoot'><value>${secure}</value></enum><enum name='enrolledKeys'><value>${keys}</value></enum>`;
			const features = `<firmwareFeatures supported='yes'>${list}</firmwareFeatures><loader `;
			return readAbility(capabilities, hostDocument("kvm-domain").replace("<loader ", features), asked).hasSecureBoot;
		};
		expect([said("no", "no"), said("yes", "no"), said("yes", "yes")]).toEqual([false, false, true]);
	});

	test("a document that says nothing makes a host that can do nothing", () => {
		const asked = { emulator: "/q", arch: "x86_64", machine: "pc", virtType: "qemu" } as const;
		expect(readAbility("<capabilities/>", "<domainCapabilities/>", asked)).toMatchObject({
			...{ hasEfi: false, tpmModels: [], cpuModes: [], videoModels: [], memoryBytes: null, cpus: null },
		});
	});
});
