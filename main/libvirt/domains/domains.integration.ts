import { randomUUID } from "node:crypto";
import { stat } from "node:fs/promises";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { HostAbility } from "./ability/host-ability.ts";
import { abilityQuestions, readAbility } from "./ability/read-ability.ts";
import { describeDomain } from "./describe/describe-domain.ts";
import { cdromXml, nicXml, ownerMetadata } from "./device-xml.ts";
import { readOwner } from "./owner.ts";
import { withProcessors } from "./processors.ts";
import { renderDomain } from "./render-domain.ts";
import { poolXml, snapshotXml, volumeXml } from "./storage-xml.ts";
import { domainTemplate, domainTemplates } from "./template/load.ts";
import { type HostName, host } from "./testing/hosts.ts";
import { defined, uniqueName, virsh, XmlFiles } from "./testing/virsh.ts";
import { wishesFor } from "./testing/wishes.ts";
import type { DomainVariables } from "./variables.ts";

const names = [...domainTemplates().keys()];
let files: XmlFiles;
let here: HostAbility;

async function abilityOfThisHost(arch: string | null): Promise<HostAbility> {
	const capabilities = await virsh("capabilities");
	for (const question of abilityQuestions(capabilities, arch)) {
		const { arch, machine, virtType } = question;
		try {
			const answer = await virsh("domcapabilities", "--arch", arch, "--machine", machine, "--virttype", virtType);
			return readAbility(capabilities, answer, question);
		} catch (error) {
			// Refused for KVM that cannot be used; emulation is asked next.
			if (virtType === "qemu") throw error;
		}
	}
	throw new Error("libvirt has no emulator");
}

beforeAll(async () => {
	files = await XmlFiles.make();
	here = await abilityOfThisHost(null);
});
afterAll(async () => await files[Symbol.asyncDispose]());

const wishes = (name: string, more: Partial<DomainVariables> = {}) =>
	wishesFor(domainTemplate(name), { uuid: randomUUID(), ...more });

describe("libvirt's own schemas", () => {
	const on = (hostName: HostName, list: readonly string[]) => list.map((name) => [hostName, name] as const);
	const arm = ["linux-basic", "linux-cloud"];
	const emulated = names.filter((name) => domainTemplate(name).acceleration === "advised");

	test.each([...on("kvm", names), ...on("arm64", arm), ...on("hvf", arm), ...on("emulation", emulated)])(
		"on a host with %s, %s is valid",
		async (hostName, name) => {
			const sparse = {
				disks: [],
				cdroms: [],
				nics: [],
				title: null,
				owner: null,
				serialLog: null,
				vnc: null,
				agent: false,
			};
			const full: Partial<DomainVariables> = {
				vnc: { kind: "loopback", password: "p<&'\"" },
				hidesHypervisor: true,
				smbiosSerial: "ds=nocloud",
				nics: [{ kind: "network", source: "a <b>", mac: "52:54:00:00:00:01", model: "virtio" }],
			};
			for (const more of [{}, sparse, full]) {
				const { xml } = renderDomain(domainTemplate(name), wishes(name, more), host(hostName));
				await files.validate(xml, "domain");
			}
		},
	);

	test("volumes, pools and snapshots are valid", async () => {
		const backing = { path: "/pool/base.raw", format: "raw" } as const;
		await files.validate(
			volumeXml({ name: "a.qcow2", capacityBytes: 2 ** 30, format: "qcow2", mode: "0640", backing }),
			"storagevol",
		);
		await files.validate(volumeXml({ name: "a.img", capacityBytes: 2 ** 30, format: "raw" }), "storagevol");
		await files.validate(poolXml({ name: "p", uuid: randomUUID(), path: "/pool", mode: "0711" }), "storagepool");
		const disks = [
			{ target: "vda", kind: "external", path: "/pool/over.qcow2" } as const,
			{ target: "sda", kind: "no" } as const,
		];
		await files.validate(
			snapshotXml({ name: "s", disks, memory: { kind: "external", path: "/pool/s.mem" } }),
			"domainsnapshot",
		);
		await files.validate(snapshotXml({ name: "s", description: "d", memory: { kind: "internal" } }), "domainsnapshot");
	});
});

describe("the daemon of this host", () => {
	test.each(names.filter((name) => domainTemplate(name).acceleration === "advised"))(
		"defines %s and gives back what was asked for",
		async (template) => {
			const name = uniqueName(template);
			const wanted = wishes(template, { name });
			const { xml } = renderDomain(domainTemplate(template), wanted, here);
			await using _domain = await defined(files, xml, name);
			const described = describeDomain(await virsh("dumpxml", "--inactive", "--domain", name));
			const asked = describeDomain(xml);
			for (const key of [
				"name",
				"uuid",
				"title",
				"memoryBytes",
				"vcpus",
				"firmware",
				"tpm",
				"owner",
				"virtType",
			] as const) {
				expect(described[key], key).toEqual(asked[key]);
			}
			expect(described.nics).toEqual(asked.nics);
			// libvirt's default for an empty drive is to say nothing of its format.
			expect(described.disks.map(({ format: _, ...disk }) => disk)).toEqual(
				asked.disks.map(({ format: _, ...disk }) => disk),
			);
		},
	);

	test("defines Linux for arm, emulated", async () => {
		const ability = await abilityOfThisHost("aarch64");
		for (const template of ["linux-basic", "linux-cloud"]) {
			const name = uniqueName("arm");
			const { xml, warnings } = renderDomain(domainTemplate(template), wishes(template, { name }), ability);
			expect(warnings[0]?.message).toContain("the host's processor is x86_64 and the guest's is aarch64");
			await using _domain = await defined(files, xml, name);
			expect(describeDomain(await virsh("dumpxml", "--domain", name))).toMatchObject({
				arch: "aarch64",
				firmware: "efi",
			});
		}
	});

	// Nothing here can start them. That the daemon takes the XML is what can be seen without KVM.
	test.each(names.filter((name) => domainTemplate(name).acceleration === "required"))(
		"takes the XML of %s, which needs KVM, as an emulated machine",
		async (template) => {
			const name = uniqueName(template);
			const wanted = wishes(template, { name });
			if (here.virtType === "qemu") {
				expect(() => renderDomain(domainTemplate(template), wanted, here)).toThrow("needs hardware acceleration");
			}
			const { xml } = renderDomain(domainTemplate(template), wanted, host("kvm"));
			const emulated = xml.replace('<domain type="kvm"', '<domain type="qemu"').replace(' mode="host-passthrough"', "");
			await using _domain = await defined(files, emulated, name);
			const described = describeDomain(await virsh("dumpxml", "--domain", name));
			expect(described.hostdevs).toMatchObject(describeDomain(xml).hostdevs);
			expect(described.hasQemuArguments).toBe(domainTemplate(template).os === "macos");
		},
	);

	test.each([`o'brien "x" <b>&c`, "🙂 emoji", "x".repeat(200), "$(id);`id`"])("keeps the name %j", async (ending) => {
		const name = `${uniqueName("n")}-${ending}`.slice(0, 240);
		const { xml } = renderDomain(domainTemplate("linux-basic"), wishes("linux-basic", { name }), here);
		await using _domain = await defined(files, xml, name);
		expect(describeDomain(await virsh("dumpxml", "--domain", name)).name).toBe(name);
	});

	test("starts Windows 11's machine: secure boot, a TPM, a socket for the screen", async () => {
		const name = uniqueName("start");
		const more = { name, disks: [], cdroms: [], nics: [], serialLog: null };
		const { xml } = renderDomain(domainTemplate("windows11-basic"), wishes("windows11-basic", more), here);
		await using _domain = await defined(files, xml, name);
		await virsh("start", "--paused", "--domain", name);
		try {
			const { graphics, serials, nvramPath, tpm } = describeDomain(await virsh("dumpxml", "--domain", name));
			expect((await stat(graphics[0]?.socket ?? "")).isSocket()).toBe(true);
			expect(serials[0]?.path).toMatch(/^\/dev\/pts\/\d+$/);
			expect(nvramPath).not.toBeNull();
			expect(tpm).toEqual({ model: "tpm-crb", backend: "emulator", version: "2.0" });
		} finally {
			await virsh("destroy", "--domain", name);
		}
	});

	test("has room to plug in four cards while Linux runs", async () => {
		const name = uniqueName("plug");
		const more = { name, disks: [], cdroms: [], nics: [], serialLog: null };
		const { xml } = renderDomain(domainTemplate("linux-basic"), wishes("linux-basic", more), here);
		await using _domain = await defined(files, xml, name);
		await virsh("start", "--paused", "--domain", name);
		try {
			for (const last of ["1", "2", "3", "4"]) {
				const nic = nicXml({ kind: "user", mac: `52:54:00:00:01:0${last}`, model: "virtio" });
				await virsh("attach-device", "--domain", name, "--live", "--file", await files.write(nic));
			}
			expect(describeDomain(await virsh("dumpxml", "--domain", name)).nics).toHaveLength(4);
		} finally {
			await virsh("destroy", "--domain", name);
		}
	});

	test("takes a medium out of a drive, and puts another in, while Linux runs", async () => {
		const name = uniqueName("eject");
		const medium = await files.write(" ".repeat(4096));
		const more = { name, disks: [], cdroms: [{ path: null }], nics: [], serialLog: null };
		const { xml } = renderDomain(domainTemplate("linux-basic"), wishes("linux-basic", more), here);
		await using _domain = await defined(files, xml, name);
		const drive = async () => describeDomain(await virsh("dumpxml", "--domain", name)).disks[0];
		await virsh("start", "--paused", "--domain", name);
		try {
			for (const path of [medium, null]) {
				const now = await drive();
				const device = cdromXml({
					path,
					bus: now?.bus === "scsi" ? "scsi" : "sata",
					dev: now?.target ?? "",
					bootOrder: now?.bootOrder ?? null,
				});
				await virsh("update-device", "--domain", name, "--live", "--file", await files.write(device));
				expect((await drive())?.path).toBe(path);
			}
		} finally {
			await virsh("destroy", "--domain", name);
		}
	});

	test("takes an owner's element for a domain that another tool made", async () => {
		const name = uniqueName("adopt");
		const { xml } = renderDomain(domainTemplate("linux-basic"), wishes("linux-basic", { name, owner: null }), here);
		await using _domain = await defined(files, xml, name);
		const owner = { installation: "o'i", kind: "standalone", range: null, machine: null, template: null } as const;
		const { xml: set, key, uri } = ownerMetadata(owner);
		await virsh("metadata", "--domain", name, "--uri", uri, "--key", key, "--set", set, "--config");
		expect(readOwner(await virsh("dumpxml", "--domain", name))).toEqual(owner);
		expect(readOwner(await virsh("metadata", "--domain", name, "--uri", uri, "--config"))).toEqual(owner);
	});

	test("takes another number of processors for Windows, whose topology stands in its XML", async () => {
		const name = uniqueName("cpus");
		const { xml } = renderDomain(domainTemplate("windows11-basic"), wishes("windows11-basic", { name }), here);
		await using _domain = await defined(files, xml, name);
		const dumped = await virsh("dumpxml", "--inactive", "--security-info", "--domain", name);
		await virsh("define", "--validate", await files.write(withProcessors(dumped, 3)));
		expect(describeDomain(await virsh("dumpxml", "--domain", name)).vcpus).toBe(3);
	});
});
