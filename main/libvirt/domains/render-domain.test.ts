import { join } from "node:path";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { describeDomain } from "./describe/describe-domain.ts";
import { readOwner } from "./owner.ts";
import { renderDomain } from "./render-domain.ts";
import { domainTemplate, domainTemplates } from "./template/load.ts";
import { type HostName, host } from "./testing/hosts.ts";
import { wishesFor } from "./testing/wishes.ts";
import type { DomainVariables } from "./variables.ts";
import { isXmlText } from "./xml/escape.ts";

const linux = domainTemplate("linux-basic");
const render = (more: Partial<DomainVariables>, name = "linux-basic", on: HostName = "kvm") => {
	const template = domainTemplate(name);
	return renderDomain(template, wishesFor(template, more), host(on));
};

describe("the shipped templates", () => {
	test("are the seven that the documentation names", () => {
		expect([...domainTemplates().keys()]).toEqual([
			"linux-basic",
			"linux-cloud",
			"macos-sonoma-basic",
			"macos-sonoma-passthrough",
			"network-appliance",
			"windows11-basic",
			"windows11-passthrough",
		]);
	});

	test.each([...domainTemplates().keys()])("%s on a host with KVM", async (name) => {
		const { xml } = render({}, name);
		await expect(xml).toMatchFileSnapshot(join(import.meta.dirname, "testing", "golden", `kvm-${name}.xml`));
	});

	test.each(["linux-basic", "linux-cloud"])("%s on an arm host", async (name) => {
		const { xml, warnings } = render({}, name, "arm64");
		expect(warnings).toEqual([]);
		await expect(xml).toMatchFileSnapshot(join(import.meta.dirname, "testing", "golden", `arm64-${name}.xml`));
	});

	test.each(["linux-basic", "windows11-basic", "network-appliance"])("%s under emulation", async (name) => {
		const { xml, warnings } = render({}, name, "emulation");
		expect(warnings.map(({ message }) => message)).toEqual([
			"The machine's processor is emulated (this host offers no KVM: /dev/kvm is missing, or libvirt may not open it). It is many times slower than with hardware acceleration.",
		]);
		await expect(xml).toMatchFileSnapshot(join(import.meta.dirname, "testing", "golden", `emulation-${name}.xml`));
	});

	test("on a Mac a Linux guest runs with its own acceleration", () => {
		const { xml, warnings } = render({ nics: [{ kind: "user", mac: "52:54:00:aa:00:01" }] }, "linux-cloud", "hvf");
		expect(describeDomain(xml)).toMatchObject({ virtType: "hvf", arch: "aarch64", machine: "virt", firmware: "efi" });
		expect(warnings).toEqual([]);
	});
});

describe("a domain's texts", () => {
	const anyText = fc
		.string({ unit: "grapheme-composite", maxLength: 200 })
		.filter((text) => isXmlText(text) && !/[\r\n]/.test(text));

	test("any title, path and password comes out of the XML as it went in", { timeout: 30_000 }, () => {
		fc.assert(
			fc.property(anyText, anyText, (title, path) => {
				const described = describeDomain(
					render({
						title,
						disks: [{ path: `/${path}`, format: "raw" }],
						cdroms: [],
						serialLog: `/${path}.log`,
						owner: { installation: `i${path}`, kind: "standalone" },
					}).xml,
				);
				expect(described.problem).toBeNull();
				expect(described.title).toBe(title.trim() === "" ? null : title.trim());
				expect(described.disks.map((disk) => disk.path)).toEqual([`/${path}`]);
				expect(described.serials[0]?.logPath).toBe(`/${path}.log`);
				expect(described.owner).toMatchObject({ installation: `i${path}`, kind: "standalone", range: null });
			}),
			{ numRuns: 30 },
		);
	});

	test.each([`o'brien "x"`, "a<b>&c", "🙂".repeat(50), "x".repeat(200), "-rf", "$(id)", "a;b", "..."])(
		"the name %s",
		(name) => {
			expect(describeDomain(render({ name }).xml).name).toBe(name);
		},
	);

	test.each([
		["", "A virtual machine has a name."],
		["a/b", "A slash"],
		["a\nb", "A slash, a tabulator or a line break"],
		["..", "The name is blank or only dots."],
		[" a", "The name is blank or only dots."],
		["🙂".repeat(61), "more than 240 bytes"],
		["a\u0000", "Control characters"],
	])("the name %j is refused: %s", (name, message) => {
		expect(() => render({ name })).toThrow(message);
	});
});

describe("variables", () => {
	test("a missing one is an error that names it", () => {
		const { memoryBytes: _, ...rest } = wishesFor(linux);
		expect(() => renderDomain(linux, rest as DomainVariables, host("kvm"))).toThrow(
			expect.objectContaining({ code: "INPUT_INVALID", place: "memoryBytes" }),
		);
	});

	test("an unknown one is an error, at any depth", () => {
		const shape = (more: object) =>
			renderDomain(linux, { ...wishesFor(linux), ...more } as DomainVariables, host("kvm"));
		expect(() => shape({ privileged: true })).toThrow(expect.objectContaining({ code: "INPUT_INVALID" }));
		expect(() => shape({ disks: [{ path: "/a", format: "raw", cache: "none" }] })).toThrow("disks.0");
	});

	test.each([
		["01:00:5e:00:00:01", "This is the address of a group"],
		["fe:54:00:00:00:01", "libvirt keeps addresses that begin with fe"],
		["52:54:00:00:00", "six pairs"],
	])("the address %s is refused: %s", (mac, message) => {
		expect(() => render({ nics: [{ kind: "user", mac }] })).toThrow(message);
	});

	test("a card sits on exactly the bridge and the address that were asked for", () => {
		expect(describeDomain(render({}).xml).nics).toMatchObject([
			{ kind: "bridge", source: "hr0", mac: "52:54:00:aa:00:01", model: "virtio", target: null, isConnected: true },
			{ kind: "user", source: null, mac: "52:54:00:aa:00:02", isConnected: false },
		]);
	});

	test("two cards with one address, and two disks with one place, are refused", () => {
		const mac = "52:54:00:aa:00:01";
		expect(() =>
			render({
				nics: [
					{ kind: "user", mac },
					{ kind: "user", mac: mac.toUpperCase() },
				],
			}),
		).toThrow("Two network cards");
		const disk = { path: "/a", format: "raw", bootOrder: 1 } as const;
		expect(() => render({ disks: [disk, disk] })).toThrow("Two devices have the place 1");
	});

	test("the owner is read from the domain itself", () => {
		const { xml } = render({});
		expect(readOwner(xml)).toEqual({
			...{ installation: "abc", kind: "range", range: "r1", machine: "m1", template: "linux-basic" },
		});
		expect(readOwner(render({ owner: null }).xml)).toBeNull();
	});

	test("the boot order is disks then drives, unless somebody says one", () => {
		const order = (more: Partial<DomainVariables>) =>
			describeDomain(render(more).xml).disks.map((disk) => disk.bootOrder);
		expect(order({})).toEqual([1, 2, 3]);
		expect(order({ cdroms: [{ path: "/a.iso", bootOrder: 1 }] })).toEqual([null, 1]);
	});

	test("names of disks run on by bus", () => {
		const disk = (bus: "virtio" | "sata" | "scsi") => ({ path: "/a", format: "raw", bus }) as const;
		const { xml } = render({ disks: [disk("virtio"), disk("sata"), disk("virtio"), disk("scsi")] });
		expect(describeDomain(xml).disks.map(({ target }) => target)).toEqual(["vda", "sda", "vdb", "sdb", "sdc", "sdd"]);
	});

	test("VNC is a socket, or a port of this host only and with a password", () => {
		expect(describeDomain(render({ vnc: { kind: "socket", path: "/run/a.sock" } }).xml).graphics).toEqual([
			{ kind: "vnc", socket: "/run/a.sock", port: null, listen: null },
		]);
		const { xml } = render({ vnc: { kind: "loopback", password: "s'cret" } });
		expect(describeDomain(xml).graphics).toEqual([{ kind: "vnc", socket: null, port: null, listen: "127.0.0.1" }]);
		expect(() => render({ vnc: { kind: "loopback", password: "ninechars" } })).toThrow("vnc.password");
		expect(describeDomain(render({ vnc: null }).xml).graphics).toEqual([]);
	});
});

describe("what a host cannot do", () => {
	test("Windows 11 without UEFI and TPM: the packages to install, all at once", () => {
		const attempt = () => render({}, "windows11-basic", "bare");
		expect(attempt).toThrow(
			expect.objectContaining({
				code: "PREFLIGHT_FAILED",
				message: "Windows 11 starts with UEFI, and this host has no such firmware for guests.",
				remedy: expect.stringContaining("ovmf"),
				detail: expect.stringContaining("needs a TPM 2.0, and this host cannot emulate one"),
			}),
		);
	});

	test("the same host still runs Linux by BIOS", () => {
		expect(describeDomain(render({}, "linux-basic", "bare").xml).firmware).toBe("bios");
		expect(() => render({ firmware: "efi" }, "linux-basic", "bare")).toThrow("starts with UEFI");
	});

	test("Windows 11 always has secure boot and a TPM", () => {
		expect(describeDomain(render({}, "windows11-basic").xml)).toMatchObject({
			firmware: "efi-secure",
			tpm: { model: "tpm-crb", backend: "emulator", version: "2.0" },
		});
		expect(() => render({ firmware: "bios" }, "windows11-basic")).toThrow("does not start with the firmware bios");
		expect(() => render({ tpm: false }, "windows11-basic")).toThrow("does not install without a TPM 2.0");
	});

	test("Windows 11 gets virtio devices only with their drivers", () => {
		const kinds = (hasVirtioDrivers: boolean) => {
			const { disks, nics } = describeDomain(render({ hasVirtioDrivers }, "windows11-basic").xml);
			return [disks[0]?.bus, nics[0]?.model];
		};
		expect(kinds(false)).toEqual(["sata", "e1000e"]);
		expect(kinds(true)).toEqual(["virtio", "virtio"]);
	});

	test("less than the minimum is refused before anything starts", () => {
		expect(() => render({ memoryBytes: 2 * 1024 ** 3 }, "windows11-basic")).toThrow(
			"needs at least 4GiB of memory, not 2GiB",
		);
		expect(() => render({ vcpus: 1 }, "windows11-basic")).toThrow("needs at least 2 processors, not 1");
		expect(() => render({ memoryBytes: 2 ** 45 })).toThrow("less than the machine would get");
		expect(render({ vcpus: 8 }).warnings[0]?.message).toContain("gets 8 processors and the host has 2");
	});

	test("macOS needs acceleration, an Intel guest and the user's own key", () => {
		expect(() => render({}, "macos-sonoma-basic", "emulation")).toThrow("needs hardware acceleration");
		expect(() => render({}, "macos-sonoma-basic", "arm64")).toThrow(
			"made for x86_64, and this host runs guests of aarch64",
		);
		expect(() => render({ appleSmcKey: null }, "macos-sonoma-basic")).toThrow("key of Apple's system controller");
		expect(() => render({ appleSmcKey: `${"k".repeat(63)},` }, "macos-sonoma-basic")).toThrow(
			"without blanks and commas",
		);
	});

	test("passthrough needs a device and an IOMMU", () => {
		expect(() => render({ hostdevs: [] }, "windows11-passthrough")).toThrow("none was chosen");
		expect(() =>
			renderDomain(
				linux,
				wishesFor(linux, { hostdevs: [{ domain: 0, bus: 1, slot: 0, function: 0 }] }),
				host("emulation"),
			),
		).toThrow(expect.objectContaining({ message: "Devices cannot be given away: the host's IOMMU is off." }));
	});

	test("a processor mode that the host does not have is refused", () => {
		expect(() => render({ cpuMode: "host-passthrough" }, "linux-basic", "emulation")).toThrow(
			"no processor mode host-passthrough",
		);
	});
});
